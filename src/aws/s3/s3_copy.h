// Makes S3 copy an object from another bucket into this one.
// Tests: src/aws/s3/s3_upload_test.cc, tests/peers/s3_copy_peer_test.cc
#pragma once

#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// Objects up to 5 GiB take one request, larger ones are copied in parts. Metadata and content headers are
// those of `options`; those of the source and its tags are not copied.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
Result<PutOutcome> copy_object(S3Bucket& to_bucket, const ObjectStore::CopySource& source,
                               const ObjectKey& to, const PutOptions& options, Deadline deadline);

}  // namespace headgate::aws
