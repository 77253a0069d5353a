// Uploads an object in parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/s3/s3_bucket.h"
#include "aws/s3/s3_xml.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// Size and checksum, by which we recognize the object that we have written.
struct ObjectContent {
  std::uint64_t bytes = 0;
  std::uint32_t crc32c = 0;
};
// What exists under a key. Other: another object, or one whose checksum S3 does not tell. CannotBeSeen: we
// may only write.
enum class FoundThere : std::uint8_t { Same, Other, Nothing, CannotBeSeen };
Result<FoundThere> look_for(S3Bucket& bucket, const ObjectKey& key, const ObjectContent& content,
                            Deadline deadline);

// The result of a write "only if absent" that was refused because the object exists. It is Stored if the
// object is this one, since an earlier try may have written it and its answer been lost. It is Fault::Retry
// if nothing exists: something other than S3 has refused, and the object must not be taken for stored.
Result<PutOutcome> outcome_of_refused_write(S3Bucket& bucket, const ServiceRequest& request,
                                            const Answer& answer, const ObjectKey& key,
                                            const ObjectContent& content, Deadline deadline);

// For one thread. The destructor aborts an upload that is not complete, within 5 s, even during shutdown. If
// that fails, the parts stay until the bucket's lifecycle rule for unfinished uploads deletes them.
class S3Upload {
 public:
  static constexpr std::size_t kPartsMax = 10'000;  // S3's

  // The bucket must outlive the upload. The deadline is for everything but the abort.
  static Result<std::unique_ptr<S3Upload>> begin(S3Bucket& bucket, const ObjectKey& key,
                                                 const PutOptions& options, Deadline deadline);
  ~S3Upload();
  S3Upload(const S3Upload&) = delete;
  S3Upload& operator=(const S3Upload&) = delete;

  // Each part but the last has at least kPartBytesMin bytes. Fault::Invalid if there are kPartsMax parts
  // already.
  Result<> put_part(std::string_view bytes);
  // `source` is in the form of x-amz-copy-source. Fault::Retry if the source does not have that etag any
  // more.
  Result<> copy_part(const std::string& source, const std::string& etag, ByteRange range);
  // `content` describes all parts together; none if they were copied, since then only S3 knows.
  Result<PutOutcome> complete(const std::optional<ObjectContent>& content);

 private:
  S3Upload(S3Bucket& bucket, ObjectKey key, PutMode mode, Deadline deadline)
      : bucket_(bucket), key_(std::move(key)), mode_(mode), deadline_(deadline) {}
  Result<ServiceRequest> part_request(std::string operation) const;
  Result<PutOutcome> outcome_of(const ServiceRequest& request, const Answer& answer,
                                const std::optional<ObjectContent>& content);

  S3Bucket& bucket_;
  const ObjectKey key_;
  const PutMode mode_;
  const Deadline deadline_;
  std::string id_;  // empty if there is nothing to abort
  std::vector<UploadedPart> parts_;
};

}  // namespace headgate::aws
