// Objects of the central buckets on a command line and in what it prints: s3://bucket/key; and how far a walk
// through the buckets came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/object_store.h"
#include "process/bucket_walk.h"

namespace headgate::cli {

// None: it is no such URL. The key may be empty.
std::optional<process::ObjectPlace> place_of_url(std::string_view url);
std::string url_of(const process::ObjectPlace& place);

// Of --prefix and --after, which is a key, to be passed in each bucket, or a URL: the buckets before it are
// done. Invalid when its bucket is none of these.
Result<process::WalkOptions> walk_options(const std::string& prefix, const std::string& after,
                                          const std::vector<ObjectStore*>& buckets);
// What --after is to be to go on: the key where there is one bucket.
std::string after_text(const process::ObjectPlace& interrupted, const std::vector<ObjectStore*>& buckets);

// The error of all buckets that could not be walked to their end; its fault is that of the first.
Result<> whole(const process::Walked& walked);

}  // namespace headgate::cli
