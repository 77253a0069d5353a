#include "aws/s3/s3_bucket.h"

#include <algorithm>
#include <utility>

#include "aws/s3/s3_object.h"
#include "aws/s3/s3_xml.h"
#include "base/check.h"

namespace headgate::aws {
namespace {

// As https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html says, and the older rules
// of us-east-1: capitals, underscores, 255 characters.
bool is_bucket_name(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  return name.size() >= 3 && name.size() <= kLongest && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
         });
}

// S3's certificate is not valid for a host that has a dot in the bucket's name.
bool is_host_label(std::string_view name) {
  constexpr std::size_t kLongest = 63;
  return name.size() <= kLongest && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
         });
}

// A KMS key that is busy is not one that refuses us.
// https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
Fault fault_of_kms(std::string_view code) {
  for (const char* passing :
       {"Throttl", "DependencyTimeout", "Internal", "KeyUnavailable", "LimitExceeded"}) {
    if (code.find(passing) != std::string_view::npos) return Fault::Retry;
  }
  return Fault::Denied;
}

}  // namespace

S3Bucket::S3Bucket(ServiceClient::Deps deps, S3Settings settings, bool is_custom)
    : deps_(deps),
      settings_(std::move(settings)),
      is_custom_(is_custom),
      is_in_host_(!is_custom && is_host_label(settings_.bucket.view())) {}

Result<std::unique_ptr<S3Bucket>> S3Bucket::open(ServiceClient::Deps deps, S3Settings settings) {
  if (!is_bucket_name(settings.bucket.view()))
    return Error{Fault::Invalid, "not a valid bucket name: " + settings.bucket.str().substr(0, 100)};
  if (settings.part_bytes < S3Settings::kPartBytesMin ||
      settings.copied_part_bytes < S3Settings::kPartBytesMin)
    return Error{Fault::Invalid, "part size: S3 requires at least 5 MiB"};
  const Endpoint endpoint = TRY(endpoint_of(Service::S3, settings.region, settings.endpoints));
  std::unique_ptr<S3Bucket> bucket(new S3Bucket(deps, std::move(settings), endpoint.is_custom));
  Clients clients = TRY(bucket->clients_in(bucket->settings_.region));
  {
    const MutexLock lock(bucket->mutex_);
    bucket->clients_ = std::move(clients);
  }
  return bucket;
}

Result<S3Bucket::Clients> S3Bucket::clients_in(const std::string& region) const {
  const Endpoint endpoint = TRY(endpoint_of(Service::S3, region, settings_.endpoints));
  ServiceClient::Options data = settings_.client;
  data.attempt_max = std::max(data.attempt_max, settings_.transfer_max);
  ServiceClient::Options parts = data;
  parts.attempts_max = std::max(parts.attempts_max, ServiceClient::Options().attempts_max);
  ServiceClient::Options cleanup = settings_.client;
  cleanup.attempts_max = 1;
  cleanup.stop = {};
  return Clients{.region = region,
                 .words = std::make_shared<ServiceClient>(deps_, endpoint, settings_.client),
                 .data = std::make_shared<ServiceClient>(deps_, endpoint, std::move(data)),
                 .parts = std::make_shared<ServiceClient>(deps_, endpoint, std::move(parts)),
                 .cleanup = std::make_shared<ServiceClient>(deps_, endpoint, std::move(cleanup))};
}

const std::shared_ptr<ServiceClient>& S3Bucket::Clients::of(Weight weight) const {
  switch (weight) {
    case Weight::Words:
      return words;
    case Weight::Data:
      return data;
    case Weight::Part:
      return parts;
    case Weight::Cleanup:
      return cleanup;
  }
  CHECK(false);
}

S3Bucket::Clients S3Bucket::clients() const {
  const MutexLock lock(mutex_);
  return clients_;
}

ServiceRequest S3Bucket::request(std::string operation, std::string method, const ObjectKey& key) const {
  ServiceRequest request{.operation = std::move(operation), .method = std::move(method)};
  if (is_in_host_) {
    request.host = settings_.bucket.str();
  } else {
    request.path += settings_.bucket.str();
    if (!key.empty()) request.path += '/';
  }
  request.path += encoded_key(key);
  if (!settings_.owner.empty()) request.headers.emplace_back("x-amz-expected-bucket-owner", settings_.owner);
  return request;
}

void S3Bucket::append_write_headers(net::HttpHeaders& headers) const {
  switch (settings_.encryption) {
    case Encryption::BucketDefault:
      break;
    case Encryption::S3:
      headers.emplace_back("x-amz-server-side-encryption", "AES256");
      break;
    case Encryption::Kms:
      headers.emplace_back("x-amz-server-side-encryption", "aws:kms");
      headers.emplace_back("x-amz-server-side-encryption-bucket-key-enabled", "true");
      if (!settings_.kms_key.empty())
        headers.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", settings_.kms_key);
      break;
  }
  if (settings_.acl == ObjectAcl::OwnerControls)
    headers.emplace_back("x-amz-acl", "bucket-owner-full-control");
}

// Which answers name another region, as botocore reads them: "Redirection" in
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
Result<std::string> S3Bucket::other_region(const Answer& refusal, const Clients& asked,
                                           Deadline deadline) const {
  std::string region(refusal.header("x-amz-bucket-region"));
  if (region.empty()) region = region_of_error(refusal.body);
  const bool is_elsewhere = refusal.status == 301 || refusal.code == "PermanentRedirect" ||
                            refusal.code == "AuthorizationHeaderMalformed" ||
                            refusal.code == "IllegalLocationConstraintException";
  if (region.empty() && is_elsewhere) {
    const ServiceRequest head = request("HeadBucket", "HEAD", ObjectKey());
    region = TRY(asked.words->call(head, deadline)).header("x-amz-bucket-region");
  }
  return region == asked.region ? std::string() : region;
}

template <typename Answered, typename Ask, typename AnswerOf>
Result<Answered> S3Bucket::ask(Deadline deadline, Ask ask, AnswerOf answer_of) {
  constexpr int kMovesMax = 2;
  for (int moves = 0;; ++moves) {
    const Clients asked = clients();
    Answered answered = TRY(ask(asked));
    const Answer& answer = answer_of(answered);
    if (answer.is_success() || moves == kMovesMax) return answered;
    const std::string region = TRY(other_region(answer, asked, deadline));
    if (region.empty()) return answered;
    Result<Clients> opened = clients_in(region);
    // The name of the region comes from whoever answered, so it is not repeated.
    if (!opened.ok())
      return Error{Fault::Denied, "the answer says that the bucket is in a region that does not exist"};
    Clients there = std::move(opened).value();
    const MutexLock lock(mutex_);
    if (clients_.region == asked.region) clients_ = std::move(there);
  }
}

Result<Answer> S3Bucket::call(const ServiceRequest& request, Deadline deadline, Weight weight) {
  return ask<Answer>(
      deadline, [&](const Clients& asked) { return asked.of(weight)->call(request, deadline); },
      [](const Answer& answer) -> const Answer& { return answer; });
}

Result<Answer> S3Bucket::call_ok(const ServiceRequest& request, Deadline deadline, Weight weight) {
  Answer answer = TRY(call(request, deadline, weight));
  if (!answer.is_success()) return error_of(request, answer);
  return answer;
}

Result<S3Bucket::Streamed> S3Bucket::stream(const ServiceRequest& request, Deadline deadline) {
  return ask<Streamed>(
      deadline,
      [&](const Clients& asked) -> Result<Streamed> {
        StreamedAnswer streamed = TRY(asked.words->stream(request, deadline));
        return Streamed{
            .client = asked.words, .answer = std::move(streamed.answer), .body = std::move(streamed.body)};
      },
      [](const Streamed& streamed) -> const Answer& { return streamed.answer; });
}

Error S3Bucket::error_of(const ServiceRequest& request, const Answer& answer) const {
  Error error = aws::error_of(request, answer).in("s3://" + settings_.bucket.str());
  if (answer.code == "ConditionalRequestConflict" || answer.code == "OperationAborted")
    error.fault = Fault::Retry;
  if (answer.code.starts_with("KMS.")) error.fault = fault_of_kms(answer.code);
  return error;
}

}  // namespace headgate::aws
