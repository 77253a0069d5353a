// An object that goes to S3 in parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
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

// What an object must be to be the one that was written.
struct ObjectContent {
  std::uint64_t bytes = 0;
  std::uint32_t crc32c = 0;
};
// What is under a key. Other: also where S3 does not say its checksum. CannotBeSeen: we may only write.
enum class FoundThere : std::uint8_t { Same, Other, Nothing, CannotBeSeen };
Result<FoundThere> look_for(S3Bucket& bucket, const ObjectKey& key, const ObjectContent& content,
                            Deadline deadline);

// A write "only if absent" was refused because an object is there: what became of it. Stored when it is this
// one, as a write whose answer was lost is. Retry when nothing is there: then somebody else than S3 has
// refused, and the object must not be taken for stored.
Result<PutOutcome> outcome_of_refused_write(S3Bucket& bucket, const ServiceRequest& request,
                                            const Answer& answer, const ObjectKey& key,
                                            const ObjectContent& content, Deadline deadline);

// One thread. Let go of without complete(), it is aborted, within 5 s and also when we are stopping; what
// even that cannot reach stays until the bucket's lifecycle rule for unfinished uploads.
class S3Upload {
 public:
  static constexpr std::size_t kPartsMax = 10'000;  // S3's

  // The bucket outlives it. The deadline is for all of it but the abort.
  static Result<std::unique_ptr<S3Upload>> begin(S3Bucket& bucket, const ObjectKey& key,
                                                 const PutOptions& options, Deadline deadline);
  ~S3Upload();
  S3Upload(const S3Upload&) = delete;
  S3Upload& operator=(const S3Upload&) = delete;

  // At least kPartBytesMin but for the last. Invalid when there are kPartsMax already.
  Result<> put_part(std::string_view bytes);
  // `source` as in x-amz-copy-source; Retry when it is not of that etag any more.
  Result<> copy_part(const std::string& source, const std::string& etag, ByteRange range);
  // With what all parts together are when they were put; of copied ones only S3 knows.
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
  std::string id_;  // empty: nothing to abort
  std::vector<UploadedPart> parts_;
};

}  // namespace headgate::aws
