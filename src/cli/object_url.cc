#include "cli/object_url.h"

#include <algorithm>

namespace headgate::cli {
namespace {

constexpr std::string_view kScheme = "s3://";

}  // namespace

std::optional<process::ObjectPlace> place_of_url(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = url.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  return process::ObjectPlace{.bucket = BucketName(std::string(url.substr(0, slash))),
                              .key = ObjectKey(std::string(url.substr(slash + 1)))};
}

std::string url_of(const process::ObjectPlace& place) {
  return std::string(kScheme) + place.bucket.str() + '/' + place.key.str();
}

Result<process::WalkOptions> walk_options(const std::string& prefix, const std::string& after,
                                          const std::vector<ObjectStore*>& buckets) {
  const std::optional<process::ObjectPlace> place = place_of_url(after);
  if (!place) return process::WalkOptions{.prefix = prefix, .after = ObjectKey(after)};
  const bool is_walked = std::any_of(buckets.begin(), buckets.end(), [&](const ObjectStore* store) {
    return store->bucket() == place->bucket;
  });
  if (!is_walked)
    return Error{Fault::Invalid, "--after: " + after + ": the bucket is not one of process.buckets"};
  return process::WalkOptions{.prefix = prefix, .after = place->key, .in = place->bucket};
}

std::string after_text(const process::ObjectPlace& interrupted, const std::vector<ObjectStore*>& buckets) {
  return buckets.size() == 1 ? interrupted.key.str() : url_of(interrupted);
}

Result<> whole(const process::Walked& walked) {
  if (walked.refused.empty()) return {};
  Error error = walked.refused.front();
  for (std::size_t i = 1; i < walked.refused.size(); ++i) error.what += "; " + walked.refused[i].what;
  return error;
}

}  // namespace headgate::cli
