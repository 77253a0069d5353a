// Lists a bucket's keys.
#pragma once

#include <cstddef>
#include <string_view>

#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// As ObjectStore::list(); a page holds at most the 1000 that S3 gives at a time.
Result<ObjectPage> list_objects(S3Bucket& bucket, std::string_view prefix, const ObjectKey& after,
                                std::size_t count_max, Deadline deadline);

}  // namespace headgate::aws
