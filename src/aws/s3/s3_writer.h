// Writes one object: small ones in one request, larger ones part by part while they come.
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

// One thread. Holds at most one part. S3 checks what arrives by CRC-32C, and keeps it with the object.
class S3Writer final : public ObjectWriter {
 public:
  // The bucket outlives it; key and options have been checked.
  S3Writer(S3Bucket& bucket, ObjectKey key, PutOptions options, Deadline deadline);

  Result<> append(std::string_view bytes) override;
  // Stored also when the object is there because an earlier try's answer was lost.
  Result<PutOutcome> commit() override;

 private:
  Result<> put_part(std::string_view bytes);
  Result<PutOutcome> put_whole();

  S3Bucket& bucket_;
  const ObjectKey key_;
  const PutOptions options_;
  const Deadline deadline_;
  std::string pending_;               // not sent yet, at most a part
  std::unique_ptr<S3Upload> upload_;  // once there is more than a part
  ObjectContent content_;             // of all that was appended
};

}  // namespace headgate::aws
