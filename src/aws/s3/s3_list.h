// Lists the keys of a bucket.
// Tests: src/aws/s3/s3_store_test.cc
#pragma once

#include <cstddef>
#include <string_view>

#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// As ObjectStore::list(). A page has at most 1000 keys, since S3 returns no more at a time.
Result<ObjectPage> list_objects(S3Bucket& bucket, std::string_view prefix, const ObjectKey& after,
                                std::size_t count_max, Deadline deadline);

}  // namespace headgate::aws
