#include "aws/s3/s3_upload.h"

#include <utility>

#include "aws/s3/s3_object.h"
#include "model/compression/checksum.h"

namespace headgate::aws {

Result<FoundThere> look_for(S3Bucket& bucket, const ObjectKey& key, const ObjectContent& content,
                            Deadline deadline) {
  ServiceRequest request = bucket.request("HeadObject", "HEAD", key);
  request.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  const Answer answer = TRY(bucket.call(request, deadline));
  if (answer.status == 404) return FoundThere::Nothing;
  if (answer.status == 403) return FoundThere::CannotBeSeen;
  if (!answer.is_success()) return bucket.error_of(request, answer);
  const bool is_same = TRY(object_info(key, answer)).bytes == content.bytes &&
                       whole_checksum(answer) == checksum_text(content.crc32c);
  return is_same ? FoundThere::Same : FoundThere::Other;
}

Result<PutOutcome> outcome_of_refused_write(S3Bucket& bucket, const ServiceRequest& request,
                                            const Answer& answer, const ObjectKey& key,
                                            const ObjectContent& content, Deadline deadline) {
  const FoundThere found = TRY(look_for(bucket, key, content, deadline));
  if (found == FoundThere::Same) return PutOutcome::Stored;
  const bool is_believed =
      found == FoundThere::Other || (found == FoundThere::CannotBeSeen && answer.is_named);
  if (is_believed) return PutOutcome::AlreadyThere;
  return Error{Fault::Retry, std::string(request.operation) +
                                 ": the answer says that the object exists, but it does not: a proxy "
                                 "or gateway may have answered"};
}

Result<std::unique_ptr<S3Upload>> S3Upload::begin(S3Bucket& bucket, const ObjectKey& key,
                                                  const PutOptions& options, Deadline deadline) {
  ServiceRequest request = bucket.request("CreateMultipartUpload", "POST", key);
  request.query = {{"uploads", ""}};
  append_object_headers(request.headers, options);
  bucket.append_write_headers(request.headers);
  request.headers.emplace_back("x-amz-checksum-algorithm", "CRC32C");
  request.headers.emplace_back("x-amz-checksum-type", "FULL_OBJECT");
  const Answer answer = TRY(bucket.call_ok(request, deadline));
  std::unique_ptr<S3Upload> upload(new S3Upload(bucket, key, options.mode, deadline));
  upload->id_ = TRY_IN(request.operation, parse_upload_id(answer.body));
  return upload;
}

// We do this even if the deadline has passed or we are stopping, because S3 bills parts that are left behind.
S3Upload::~S3Upload() {
  if (id_.empty()) return;
  constexpr std::chrono::seconds kPatience{5};
  ServiceRequest request = bucket_.request("AbortMultipartUpload", "DELETE", key_);
  request.query = {{"uploadId", id_}};
  const Deadline deadline = Deadline::after(bucket_.deps().clock.steady(), kPatience);
  static_cast<void>(bucket_.call(request, deadline, S3Bucket::Weight::Cleanup));
}

Result<ServiceRequest> S3Upload::part_request(std::string operation) const {
  if (parts_.size() == kPartsMax)
    return Error{Fault::Invalid, "the object needs more than the 10000 parts that S3 allows"};
  ServiceRequest request = bucket_.request(std::move(operation), "PUT", key_);
  request.query = {{"partNumber", std::to_string(parts_.size() + 1)}, {"uploadId", id_}};
  return request;
}

Result<> S3Upload::put_part(std::string_view bytes) {
  ServiceRequest request = TRY(part_request("UploadPart"));
  UploadedPart part{.etag = {}, .crc32c = checksum_text(crc32c(0, bytes))};
  request.headers.emplace_back("x-amz-checksum-crc32c", part.crc32c);
  request.body = bytes;
  const Answer answer = TRY(bucket_.call_ok(request, deadline_, S3Bucket::Weight::Part));
  part.etag = unquoted(answer.header("etag"));
  if (part.etag.empty()) return Error{Fault::Retry, "UploadPart: answered without an etag"};
  parts_.push_back(std::move(part));
  return {};
}

Result<> S3Upload::copy_part(const std::string& source, const std::string& etag, ByteRange range) {
  ServiceRequest request = TRY(part_request("UploadPartCopy"));
  request.headers.emplace_back("x-amz-copy-source", source);
  request.headers.emplace_back("x-amz-copy-source-if-match", '"' + etag + '"');
  request.headers.emplace_back("x-amz-copy-source-range", "bytes=" + std::to_string(range.first) + "-" +
                                                              std::to_string(range.first + range.bytes - 1));
  if (const std::string& owner = bucket_.settings().source_owner; !owner.empty())
    request.headers.emplace_back("x-amz-source-expected-bucket-owner", owner);
  const Answer answer = TRY(bucket_.call(request, deadline_, S3Bucket::Weight::Part));
  if (answer.status == 412)
    return Error{Fault::Retry, "UploadPartCopy: the source was replaced during the copy"};
  if (!answer.is_success()) return bucket_.error_of(request, answer);
  parts_.push_back({.etag = TRY_IN(request.operation, parse_part_etag(answer.body)), .crc32c = {}});
  return {};
}

Result<PutOutcome> S3Upload::complete(const std::optional<ObjectContent>& content) {
  const std::string xml = complete_upload_xml(parts_);
  ServiceRequest request = bucket_.request("CompleteMultipartUpload", "POST", key_);
  request.query = {{"uploadId", id_}};
  request.headers.emplace_back("Content-Type", "application/xml");
  if (mode_ == PutMode::OnlyIfAbsent) request.headers.emplace_back("If-None-Match", "*");
  if (content) {
    request.headers.emplace_back("x-amz-checksum-crc32c", checksum_text(content->crc32c));
    request.headers.emplace_back("x-amz-checksum-type", "FULL_OBJECT");
    request.headers.emplace_back("x-amz-mp-object-size", std::to_string(content->bytes));
  }
  request.body = xml;
  const Answer answer = TRY(bucket_.call(request, deadline_, S3Bucket::Weight::Part));
  return outcome_of(request, answer, content);
}

Result<PutOutcome> S3Upload::outcome_of(const ServiceRequest& request, const Answer& answer,
                                        const std::optional<ObjectContent>& content) {
  if (answer.is_success()) {
    TRY_IN(request.operation, check_completed(answer.body));
    id_.clear();
    return PutOutcome::Stored;
  }
  // The first of two tries may have completed the upload and its answer been lost. The object then exists,
  // and the upload does not.
  const bool is_there = answer.code == "PreconditionFailed" && mode_ == PutMode::OnlyIfAbsent;
  if (!is_there && answer.code != "NoSuchUpload") return bucket_.error_of(request, answer);
  if (is_there && content)
    return outcome_of_refused_write(bucket_, request, answer, key_, *content, deadline_);
  if (is_there) return PutOutcome::AlreadyThere;  // for a copy, the caller looks at the object
  if (content && TRY(look_for(bucket_, key_, *content, deadline_)) == FoundThere::Same)
    return PutOutcome::Stored;
  id_.clear();
  return Error{Fault::Retry, "CompleteMultipartUpload: the upload does not exist any more"};
}

}  // namespace headgate::aws
