// Lets us deliver with our own central role only to a tenant that has proved to own the bucket. The proof is
// a role that lets us in, or an object in the bucket that only its owner can have written.
// Tests: src/aws/tenant/aws_destinations_test.cc
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

// Gives the credentials of `given` as long as `proof` has credentials too, which shows that the tenant's role
// still lets us in. Thread-safe.
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

// The key {bucket_prefix}headgate-owner/{tenant}. It contains the tenant's id, so that no other tenant's row
// can use the same proof.
ObjectKey owner_token_key(std::string_view bucket_prefix, const TenantId& tenant);

// Gives the credentials of `given` as long as the object under `key` in the bucket contains `token`, perhaps
// with white space around it. The object is read once an hour. If it does not match, the credentials are
// Fault::Denied for a minute. Thread-safe.
class AfterToken final : public CredentialsSource {
 public:
  static constexpr std::chrono::minutes kProvenFor{60};
  static constexpr std::chrono::minutes kRefusedFor{1};
  static constexpr std::size_t kTokenBytesMax = 256;

  struct Proof {
    ObjectKey key;
    std::string token;
  };
  // `bucket` is the tenant's, opened with `given`. The clock must outlive this object.
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
  std::atomic<std::int64_t> proven_until_{0};  // nanoseconds of the steady clock
  std::atomic<std::int64_t> refused_until_{0};
};

}  // namespace headgate::aws
