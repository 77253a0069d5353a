// Tenants' log groups and buckets in their own AWS accounts.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/call/endpoint.h"
#include "aws/call/service_client.h"
#include "aws/s3/s3_bucket.h"
#include "aws/tenant/role_chain.h"
#include "base/recently_used.h"
#include "model/names.h"
#include "net/http_pool.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/random.h"

namespace headgate::aws {

// Any thread. Asks nobody: a role that refuses us shows with the first call to what it gives. A log group is
// reached as the tenant's role; a bucket too when the tenant has one, else as our central role, which the
// bucket's policy must then allow, narrowed to that bucket. Every bucket is asked for with the tenant's
// account as the expected owner. No session in a tenant's account reads a central bucket: copies inside S3
// are asked for as the central role, where the tenant's bucket lets that in, and else the object is streamed
// (docs/contributing/adr/0016-who-reads-the-central-bucket.md).
// Clients, and so connections and corrections of the clock, are one destination's own. They try a call once:
// the one budget of retries is that of whoever delivers (deliver/gate.h).
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
    // What copies are read from; one policy names as many of the first as fit (session_policy.h). Objects of
    // the others are streamed.
    std::vector<BucketName> central_buckets = {};
    std::string central_owner = {};  // their account; empty: not checked
    std::size_t open_max = 2'000;    // destinations of either kind
  };
  // The dependencies outlive it and what it gives.
  AwsDestinations(Deps deps, Settings settings)
      : deps_(deps),
        settings_(trying_once(std::move(settings))),
        sinks_(settings_.open_max),
        buckets_(settings_.open_max) {}

  // Invalid when the configuration cannot be used: its role lies in another account, its region is none.
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override;
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override;

 private:
  static Settings trying_once(Settings settings) {
    settings.client.attempts_max = 1;
    settings.client.side = Side::Tenants;
    return settings;
  }
  // What a destination is asked as.
  struct Session {
    std::shared_ptr<CredentialsSource> credentials;       // shared with other destinations of the same role
    std::shared_ptr<CredentialsSource> copier = {};       // of copies inside S3; none: `credentials`
    std::optional<std::vector<BucketName>> sources = {};  // S3Settings::sources, of copies
  };
  template <typename Port>
  struct Open {
    TenantConfiguration configuration;
    Session session;
    std::unique_ptr<Port> port;
  };
  template <typename Port, typename Opener>
  Result<std::shared_ptr<Port>> find_or_open(RecentlyUsed<Open<Port>>& opened,
                                             const TenantConfiguration& configuration, Opener opener);
  Result<Session> session_for(const TenantConfiguration& configuration);
  Result<Session> own_session_for(const TenantConfiguration& configuration);
  S3Settings bucket_settings(const TenantConfiguration& configuration) const;
  ServiceClient::Deps with(CredentialsSource& credentials) const;

  const Deps deps_;
  const Settings settings_;
  std::mutex mutex_;  // guards the two below; opening asks nobody, so it is done under it
  RecentlyUsed<Open<LogSink>> sinks_;
  RecentlyUsed<Open<ObjectStore>> buckets_;
};

}  // namespace headgate::aws
