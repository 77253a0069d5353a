// Requests to one bucket: its region and address, its expected owner, and how new objects are encrypted.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
// Tests: src/aws/s3/s3_store_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/call/endpoint.h"
#include "aws/call/service_client.h"
#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/names.h"
#include "net/http_message.h"

namespace headgate::aws {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
enum class Encryption : std::uint8_t { BucketDefault, S3, Kms };
// The access control list of new objects, in a bucket that still uses ACLs. OwnerControls gives the bucket's
// owner full control.
enum class ObjectAcl : std::uint8_t { None, OwnerControls };

struct S3Settings {
  static constexpr std::size_t kPartBytesMin = 5U << 20U;  // set by S3
  BucketName bucket = {};
  std::string region = {};  // may be a guess, since S3 says where the bucket is
  EndpointSettings endpoints = {};
  std::string owner = {};         // account that must own the bucket; not checked if empty
  std::string source_owner = {};  // account that must own a bucket that is copied from; not checked if empty
  std::optional<std::vector<BucketName>> sources = {};  // the only buckets that may be copied from; if none,
                                                        // S3 decides
  Encryption encryption = Encryption::BucketDefault;
  std::string kms_key = {};  // for Kms; if empty, the account's own key for S3
  ObjectAcl acl = ObjectAcl::None;
  std::size_t part_bytes = 8U << 20U;  // kept in memory by each writer; larger objects are uploaded in parts
  std::uint64_t copied_part_bytes = 1U << 30U;  // of an object that is too large for one copy
  ServiceClient::Options client = {};
  std::chrono::milliseconds transfer_max{120'000};  // limit for one try of a call that carries or copies an
                                                    // object
};

// Thread-safe.
class S3Bucket {
 public:
  // Fault::Invalid if the bucket, region, endpoint or part size is not valid. The dependencies must outlive
  // the bucket.
  static Result<std::unique_ptr<S3Bucket>> open(ServiceClient::Deps deps, S3Settings settings);
  S3Bucket(const S3Bucket&) = delete;
  S3Bucket& operator=(const S3Bucket&) = delete;

  const S3Settings& settings() const { return settings_; }
  const ServiceClient::Deps& deps() const { return deps_; }
  bool is_custom() const { return is_custom_; }  // whether the service is another than AWS's own S3

  // Makes a request about an object, or about the bucket if the key is empty. It names the expected owner.
  ServiceRequest request(std::string operation, std::string method, const ObjectKey& key) const;
  // Adds encryption and ACL, for requests that create an object.
  void append_write_headers(net::HttpHeaders& headers) const;

  // The kinds of calls, which differ in limits and retries.
  // Words: carries no content of objects.
  // Data: carries or copies an object's content.
  // Part: one part of an upload. It is repeated whatever `client.attempts_max` says, since otherwise all
  // parts would have to be sent again.
  // Cleanup: aborts an unfinished upload, which S3 bills. One try, also during shutdown.
  enum class Weight : std::uint8_t { Words, Data, Part, Cleanup };
  // As ServiceClient::call(). If S3 answers that the bucket is in another region, this call and all later
  // ones go to that region.
  Result<Answer> call(const ServiceRequest& request, Deadline deadline, Weight weight = Weight::Words);
  // As call(), but a refusal is returned as an Error, made by error_of().
  Result<Answer> call_ok(const ServiceRequest& request, Deadline deadline, Weight weight = Weight::Words);

  struct Streamed {
    std::shared_ptr<ServiceClient> client;  // shared, because the body needs it even after a change of region
                                            // has replaced it
    Answer answer;
    std::unique_ptr<ByteSource> body;
  };
  Result<Streamed> stream(const ServiceRequest& request, Deadline deadline);

  // As aws::error_of(), with two codes of S3's own: a write that collided with another is Fault::Retry, and a
  // key that KMS does not let us use is Fault::Denied.
  Error error_of(const ServiceRequest& request, const Answer& answer) const;

 private:
  struct Clients {
    std::string region;
    std::shared_ptr<ServiceClient> words;
    std::shared_ptr<ServiceClient> data;
    std::shared_ptr<ServiceClient> parts;
    std::shared_ptr<ServiceClient> cleanup;
    const std::shared_ptr<ServiceClient>& of(Weight weight) const;
  };
  S3Bucket(ServiceClient::Deps deps, S3Settings settings, bool is_custom);
  Result<Clients> clients_in(const std::string& region) const;
  Clients clients() const;
  template <typename Answered, typename Ask, typename AnswerOf>
  Result<Answered> ask(Deadline deadline, Ask ask, AnswerOf answer_of);
  Result<std::string> other_region(const Answer& refusal, const Clients& asked, Deadline deadline) const;

  const ServiceClient::Deps deps_;
  const S3Settings settings_;
  const bool is_custom_;
  const bool is_in_host_;  // address is bucket.s3.region.amazonaws.com; if false, the bucket begins the path
  mutable Mutex mutex_;
  Clients clients_ GUARDED_BY(mutex_);
};

}  // namespace headgate::aws
