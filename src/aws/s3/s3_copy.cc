#include "aws/s3/s3_copy.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "aws/s3/s3_object.h"
#include "aws/s3/s3_upload.h"

namespace headgate::aws {
namespace {

std::string source_text(const ObjectStore::CopySource& source) {
  std::string text;
  net::append_percent_encoded(text, source.bucket.view());
  return text + '/' + encoded_key(source.key);
}

// Whether the source is too large for one copy. S3 has no code for that, only a message. The limit is 5 GiB.
bool is_too_large(const Answer& answer) {
  return answer.code == "EntityTooLarge" ||
         (answer.code == "InvalidRequest" &&
          answer.message.find("copy source is larger") != std::string::npos);
}

Result<ObjectInfo> source_info(S3Bucket& to_bucket, const ObjectStore::CopySource& source,
                               Deadline deadline) {
  S3Settings settings = to_bucket.settings();
  settings.bucket = source.bucket;
  settings.owner = settings.source_owner;
  const std::unique_ptr<S3Bucket> bucket = TRY(S3Bucket::open(to_bucket.deps(), std::move(settings)));
  const Answer answer = TRY(bucket->call_ok(bucket->request("HeadObject", "HEAD", source.key), deadline));
  return object_info(source.key, answer);
}

Result<PutOutcome> copy_in_parts(S3Bucket& to_bucket, const ObjectStore::CopySource& source,
                                 const ObjectInfo& info, const ObjectKey& to, const PutOptions& options,
                                 Deadline deadline) {
  // S3 allows 10 000 parts of up to 5 GiB, and objects of up to 50 TB.
  const std::uint64_t part_bytes =
      std::max(to_bucket.settings().copied_part_bytes, info.bytes / S3Upload::kPartsMax + 1);
  const std::unique_ptr<S3Upload> upload = TRY(S3Upload::begin(to_bucket, to, options, deadline));
  const std::string from = source_text(source);
  for (std::uint64_t first = 0; first < info.bytes; first += part_bytes)
    TRY(upload->copy_part(from, info.etag,
                          {.first = first, .bytes = std::min(part_bytes, info.bytes - first)}));
  return upload->complete(std::nullopt);
}

// Only AWS checks the condition on CopyObject (2025). Other services ignore the header and copy.
Result<bool> is_there_already(S3Bucket& bucket, const ObjectKey& key, Deadline deadline) {
  if (!bucket.is_custom()) return false;
  const ServiceRequest request = bucket.request("HeadObject", "HEAD", key);
  const Answer answer = TRY(bucket.call(request, deadline));
  if (answer.status == 404) return false;
  if (!answer.is_success()) return bucket.error_of(request, answer);
  TRY_IN(request.operation, object_info(key, answer));
  return true;
}

}  // namespace

Result<PutOutcome> copy_object(S3Bucket& to_bucket, const ObjectStore::CopySource& source,
                               const ObjectKey& to, const PutOptions& options, Deadline deadline) {
  const bool must_be_absent = options.mode == PutMode::OnlyIfAbsent;
  if (must_be_absent && TRY(is_there_already(to_bucket, to, deadline))) return PutOutcome::AlreadyThere;

  ServiceRequest request = to_bucket.request("CopyObject", "PUT", to);
  append_object_headers(request.headers, options);
  to_bucket.append_write_headers(request.headers);
  request.headers.emplace_back("x-amz-copy-source", source_text(source));
  request.headers.emplace_back("x-amz-metadata-directive", "REPLACE");
  request.headers.emplace_back("x-amz-tagging-directive", "REPLACE");
  request.headers.emplace_back("x-amz-checksum-algorithm", "CRC32C");
  if (must_be_absent) request.headers.emplace_back("If-None-Match", "*");
  if (const std::string& owner = to_bucket.settings().source_owner; !owner.empty())
    request.headers.emplace_back("x-amz-source-expected-bucket-owner", owner);

  const Result<Answer> answer = to_bucket.call(request, deadline, S3Bucket::Weight::Data);
  if (answer.ok() && answer->is_success()) {
    TRY_IN(request.operation, check_copied(answer->body));
    return PutOutcome::Stored;
  }
  if (answer.ok() && must_be_absent && answer->code == "PreconditionFailed") return PutOutcome::AlreadyThere;
  Error error = answer.ok() ? to_bucket.error_of(request, *answer) : answer.error();
  if (answer.ok() ? !is_too_large(*answer) : error.fault != Fault::Retry) return error;
  // An object that is not too large may take too long to copy. Parts make progress where one request did not.
  const Result<ObjectInfo> info = source_info(to_bucket, source, deadline);
  if (!info.ok() || (!answer.ok() && info->bytes <= to_bucket.settings().copied_part_bytes)) return error;
  return copy_in_parts(to_bucket, source, *info, to, options, deadline);
}

}  // namespace headgate::aws
