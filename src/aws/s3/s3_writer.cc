#include "aws/s3/s3_writer.h"

#include <algorithm>
#include <utility>

#include "aws/s3/s3_object.h"
#include "model/compression/checksum.h"

namespace headgate::aws {

S3Writer::S3Writer(S3Bucket& bucket, ObjectKey key, PutOptions options, Deadline deadline)
    : bucket_(bucket), key_(std::move(key)), options_(std::move(options)), deadline_(deadline) {}

Result<> S3Writer::append(std::string_view bytes) {
  const std::size_t part_bytes = bucket_.settings().part_bytes;
  content_.bytes += bytes.size();
  content_.crc32c = crc32c(content_.crc32c, bytes);
  while (!bytes.empty()) {
    if (pending_.size() == part_bytes) {  // more bytes follow, so this is not the last part
      TRY(put_part(pending_));
      pending_.clear();
    }
    if (pending_.empty() && bytes.size() > part_bytes) {
      TRY(put_part(bytes.substr(0, part_bytes)));
      bytes.remove_prefix(part_bytes);
      continue;
    }
    const std::string_view taken = bytes.substr(0, part_bytes - pending_.size());
    const std::size_t needed = pending_.size() + taken.size();
    if (needed > pending_.capacity()) pending_.reserve(std::min(part_bytes, std::max(needed, needed * 2)));
    pending_ += taken;
    bytes.remove_prefix(taken.size());
  }
  return {};
}

Result<> S3Writer::put_part(std::string_view bytes) {
  if (!upload_) upload_ = TRY(S3Upload::begin(bucket_, key_, options_, deadline_));
  return upload_->put_part(bytes);
}

Result<PutOutcome> S3Writer::commit() {
  if (!upload_) return put_whole();
  if (!pending_.empty()) TRY(put_part(pending_));
  return upload_->complete(content_);
}

Result<PutOutcome> S3Writer::put_whole() {
  ServiceRequest request = bucket_.request("PutObject", "PUT", key_);
  append_object_headers(request.headers, options_);
  bucket_.append_write_headers(request.headers);
  request.headers.emplace_back("x-amz-checksum-crc32c", checksum_text(content_.crc32c));
  if (options_.mode == PutMode::OnlyIfAbsent) request.headers.emplace_back("If-None-Match", "*");
  request.body = pending_;
  const Answer answer = TRY(bucket_.call(request, deadline_, S3Bucket::Weight::Data));
  if (answer.is_success() && answer.header("etag").empty())
    return Error{Fault::Retry,
                 "PutObject: the answer has no etag: something other than S3 may have answered"};
  if (answer.is_success()) return PutOutcome::Stored;
  if (answer.code != "PreconditionFailed" || options_.mode != PutMode::OnlyIfAbsent)
    return bucket_.error_of(request, answer);
  return outcome_of_refused_write(bucket_, request, answer, key_, content_, deadline_);
}

}  // namespace headgate::aws
