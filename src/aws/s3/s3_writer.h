// Writes one object: a small one in one request, a larger one in parts while its bytes arrive.
// Tests: src/aws/s3/s3_upload_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "aws/s3/s3_bucket.h"
#include "aws/s3/s3_upload.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// For one thread. Keeps at most one part in memory. S3 checks the bytes by CRC-32C, and stores the checksum
// with the object.
class S3Writer final : public ObjectWriter {
 public:
  // The bucket must outlive the writer. The caller has checked key and options.
  S3Writer(S3Bucket& bucket, ObjectKey key, PutOptions options, Deadline deadline);

  Result<> append(std::string_view bytes) override;
  // The outcome is Stored even if the object exists because an earlier try's answer was lost.
  Result<PutOutcome> commit() override;

 private:
  Result<> put_part(std::string_view bytes);
  Result<PutOutcome> put_whole();

  S3Bucket& bucket_;
  const ObjectKey key_;
  const PutOptions options_;
  const Deadline deadline_;
  std::string pending_;               // not sent yet; at most one part
  std::unique_ptr<S3Upload> upload_;  // set once there is more than one part
  ObjectContent content_;             // of all bytes appended so far
};

}  // namespace headgate::aws
