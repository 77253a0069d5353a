// One bucket, asked in its region: where it answers, whose it must be, and how its objects are kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/call/endpoint.h"
#include "aws/call/service_client.h"
#include "base/deadline.h"
#include "base/result.h"
#include "model/names.h"
#include "net/http_message.h"

namespace headgate::aws {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
enum class Encryption : std::uint8_t { BucketDefault, S3, Kms };
// Whose the objects are in a bucket that still has ACLs: with OwnerControls its owner may do everything.
enum class ObjectAcl : std::uint8_t { None, OwnerControls };

struct S3Settings {
  static constexpr std::size_t kPartBytesMin = 5U << 20U;  // S3's
  BucketName bucket = {};
  std::string region = {};  // a guess is enough: S3 says where the bucket is
  EndpointSettings endpoints = {};
  std::string owner = {};                               // account that the bucket must belong to; empty: any
  std::string source_owner = {};                        // as owner, of a bucket that is copied from
  std::optional<std::vector<BucketName>> sources = {};  // all that may be copied from; none: S3 decides
  Encryption encryption = Encryption::BucketDefault;
  std::string kms_key = {};  // with Kms; empty: the account's own for S3
  ObjectAcl acl = ObjectAcl::None;
  std::size_t part_bytes = 8U << 20U;           // kept in memory by each writer; larger objects go in parts
  std::uint64_t copied_part_bytes = 1U << 30U;  // of an object too large for one copy
  ServiceClient::Options client = {};
  std::chrono::milliseconds transfer_max{120'000};  // one try of a call that carries or copies an object
};

// Any thread.
class S3Bucket {
 public:
  // Invalid when bucket, region, endpoint or part size cannot be. The dependencies outlive the bucket.
  static Result<std::unique_ptr<S3Bucket>> open(ServiceClient::Deps deps, S3Settings settings);
  S3Bucket(const S3Bucket&) = delete;
  S3Bucket& operator=(const S3Bucket&) = delete;

  const S3Settings& settings() const { return settings_; }
  const ServiceClient::Deps& deps() const { return deps_; }
  bool is_custom() const { return is_custom_; }  // not AWS's own S3

  // Of the bucket (an empty key) or of an object; names the expected owner.
  ServiceRequest request(std::string operation, std::string method, const ObjectKey& key) const;
  // Encryption and ACL, for what makes an object.
  void append_write_headers(net::HttpHeaders& headers) const;

  // Data: it carries or copies an object's bytes. Part: it is one of an upload's many, and tried again
  // whatever `client.attempts_max` says: to begin anew would be to send all of them again.
  // Farewell: tried once, and also when we are stopping: it clears away what would else be paid for.
  enum class Weight : std::uint8_t { Words, Data, Part, Cleanup };
  // ServiceClient's call(); when S3 says that the bucket is in another region, that is asked, now and from
  // then on.
  Result<Answer> call(const ServiceRequest& request, Deadline deadline, Weight weight = Weight::Words);
  // call(), and then error_of() unless it is a success.
  Result<Answer> call_ok(const ServiceRequest& request, Deadline deadline, Weight weight = Weight::Words);

  struct Streamed {
    std::shared_ptr<ServiceClient> client;  // shared: the body must not outlive it, another region may come
    Answer answer;
    std::unique_ptr<ByteSource> body;
  };
  Result<Streamed> stream(const ServiceRequest& request, Deadline deadline);

  // As aws::error_of(), with what only S3 says: a write that met another is Retry, a key that KMS refuses is
  // Denied.
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
  const bool is_in_host_;  // bucket.s3.region.amazonaws.com; else it begins the path
  mutable std::mutex mutex_;
  Clients clients_;  // guarded
};

}  // namespace headgate::aws
