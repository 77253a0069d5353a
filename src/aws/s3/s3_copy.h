// Has S3 copy an object from another bucket.
#pragma once

#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// One request up to 5 GiB, parts above. Metadata and content headers are those of the options, none of the
// source's; its tags stay behind. https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
Result<PutOutcome> copy_object(S3Bucket& to_bucket, const ObjectStore::CopySource& source,
                               const ObjectKey& to, const PutOptions& options, Deadline deadline);

}  // namespace headgate::aws
