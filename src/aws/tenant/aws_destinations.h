// Gives access to tenants' log groups and buckets in their own AWS accounts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/call/endpoint.h"
#include "aws/call/service_client.h"
#include "aws/s3/s3_bucket.h"
#include "aws/tenant/role_chain.h"
#include "base/mutex.h"
#include "base/recently_used.h"
#include "model/names.h"
#include "net/http_pool.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/random.h"

namespace headgate::aws {

// Thread-safe. Opening a destination calls nobody: a role that refuses us shows at the first use.
// A log group is written with the tenant's role. So is a bucket if the tenant has a role. Otherwise we write
// with our central role, narrowed to that bucket, and the bucket's policy must allow it. Every request to a
// bucket names the tenant's account as the expected owner.
// No session in a tenant's account reads a central bucket. Copies inside S3 are made with the central role,
// where the tenant's bucket allows that role; otherwise the object is streamed
// (docs/contributing/adr/0016-who-reads-the-central-bucket.md).
// Each destination has its own client, and thus its own connections and clock correction. The client tries a
// call once, since whoever delivers has the only retry budget (deliver/gate.h).
class AwsDestinations final : public Destinations {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    net::HttpPool& http;
    RoleChain& roles;
  };
  struct Settings {
    EndpointSettings endpoints = {};
    ServiceClient::Options client = {};
    // Buckets that objects are copied from. One policy names the first of them, as many as fit
    // (session_policy.h). Objects of the others are streamed.
    std::vector<BucketName> central_buckets = {};
    std::string central_owner = {};  // the account of the central buckets; not checked if empty
    std::size_t open_max = 2'000;    // log groups and buckets, each
  };
  // The dependencies must outlive this object and the destinations that it gives.
  AwsDestinations(Deps deps, Settings settings)
      : deps_(deps),
        settings_(trying_once(std::move(settings))),
        sinks_(settings_.open_max),
        buckets_(settings_.open_max) {}

  // Fault::Invalid if the configuration cannot be used: the role is in another account, or the region is not
  // one.
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override;
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override;

 private:
  static Settings trying_once(Settings settings) {
    settings.client.attempts_max = 1;
    settings.client.blame = Blame::Tenant;
    return settings;
  }
  // The credentials for a destination.
  struct Session {
    std::shared_ptr<CredentialsSource> credentials;  // shared with other destinations that have the same role
    std::shared_ptr<CredentialsSource> copier = {};  // for copies inside S3; if none, `credentials`
    std::optional<std::vector<BucketName>> sources = {};  // the buckets that may be copied from
                                                          // (S3Settings::sources)
  };
  template <typename Port>
  struct Open {
    TenantConfiguration configuration;
    Session session;
    std::unique_ptr<Port> port;
  };
  template <typename Port, typename Opener>
  Result<std::shared_ptr<Port>> find_or_open(RecentlyUsed<Open<Port>>& opened,
                                             const TenantConfiguration& configuration, Opener opener)
      REQUIRES(mutex_);
  Result<Session> session_for(const TenantConfiguration& configuration);
  Result<Session> own_session_for(const TenantConfiguration& configuration);
  S3Settings bucket_settings(const TenantConfiguration& configuration) const;
  ServiceClient::Deps with(CredentialsSource& credentials) const;

  const Deps deps_;
  const Settings settings_;
  Mutex mutex_;  // opening asks nobody, so it is done under it
  RecentlyUsed<Open<LogSink>> sinks_ GUARDED_BY(mutex_);
  RecentlyUsed<Open<ObjectStore>> buckets_ GUARDED_BY(mutex_);
};

}  // namespace headgate::aws
