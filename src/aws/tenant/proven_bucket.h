// Who may be delivered to with our own central role: a tenant that has proved itself. By a role that lets us
// in, or, without one, by an object in the bucket that only its owner can have put there.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "aws/call/credentials.h"
#include "model/names.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::aws {

// `given`, as long as `proof` is given too: the tenant's role lets us in still. Any thread.
class AfterProof final : public CredentialsSource {
 public:
  AfterProof(std::shared_ptr<CredentialsSource> given, std::shared_ptr<CredentialsSource> proof)
      : given_(std::move(given)), proof_(std::move(proof)) {}
  Result<Credentials> get(Deadline deadline) override;
  void forget(const Credentials& refused) override { given_->forget(refused); }

 private:
  const std::shared_ptr<CredentialsSource> given_;
  const std::shared_ptr<CredentialsSource> proof_;
};

// {bucket_prefix}headgate-owner/{tenant}: its name has the tenant's id in it, so that nobody else's row can
// use the same proof.
ObjectKey owner_token_key(std::string_view bucket_prefix, const TenantId& tenant);

// `given`, as long as the object under `key` in the bucket holds `token` (and perhaps white space around it).
// Asked for once an hour. Denied when it does not, for a minute. Any thread.
class AfterToken final : public CredentialsSource {
 public:
  static constexpr std::chrono::minutes kProvenFor{60};
  static constexpr std::chrono::minutes kRefusedFor{1};
  static constexpr std::size_t kTokenBytesMax = 256;

  struct Proof {
    ObjectKey key;
    std::string token;
  };
  // `bucket` is the tenant's, opened with `given`. The clock outlives this.
  AfterToken(const Clock& clock, std::shared_ptr<CredentialsSource> given,
             std::unique_ptr<ObjectStore> bucket, Proof proof)
      : clock_(clock), given_(std::move(given)), bucket_(std::move(bucket)), proof_(std::move(proof)) {}
  Result<Credentials> get(Deadline deadline) override;
  void forget(const Credentials& refused) override { given_->forget(refused); }

 private:
  Result<> prove(Deadline deadline);

  const Clock& clock_;
  const std::shared_ptr<CredentialsSource> given_;
  const std::unique_ptr<ObjectStore> bucket_;
  const Proof proof_;
  std::atomic<std::int64_t> proven_until_{0};  // steady nanoseconds
  std::atomic<std::int64_t> refused_until_{0};
};

}  // namespace headgate::aws
