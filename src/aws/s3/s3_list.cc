#include "aws/s3/s3_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "aws/s3/s3_xml.h"
#include "base/utf8.h"

namespace headgate::aws {
namespace {

// The valid UTF-8 at the beginning of `text`. S3 refuses a start that is not UTF-8. We list from this part
// on, and skip the keys before `text` ourselves.
std::string_view sound_start(std::string_view text) {
  std::size_t sound = 0;
  while (sound < text.size()) {
    const Utf8Piece piece = first_utf8_piece(text.substr(sound));
    if (!piece.is_sound) break;
    sound += piece.bytes;
  }
  return text.substr(0, sound);
}

}  // namespace

Result<ObjectPage> list_objects(S3Bucket& bucket, std::string_view prefix, const ObjectKey& after,
                                std::size_t count_max, Deadline deadline) {
  constexpr int kEmptyPagesMax = 1000;  // S3 may return empty pages where many objects were deleted
  if (count_max == 0) return Error{Fault::Invalid, "ListObjectsV2: the number of keys asked for is 0"};
  if (!is_utf8(prefix)) return ObjectPage{};  // keys are UTF-8, so none begins with this
  ServiceRequest request = bucket.request("ListObjectsV2", "GET", ObjectKey());
  const std::size_t asked = std::min(count_max, ListedKeys::kMax);
  const std::string_view start = sound_start(after.view());
  std::string token;
  for (int pages = 0; pages < kEmptyPagesMax; ++pages) {
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", std::to_string(asked)}};
    if (!prefix.empty()) request.query.emplace_back("prefix", prefix);
    if (!start.empty()) request.query.emplace_back("start-after", start);
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    const Answer answer = TRY(bucket.call_ok(request, deadline));
    ListedKeys keys = TRY_IN(request.operation, parse_list(answer.body));
    std::erase_if(keys.objects, [&](const ObjectInfo& info) { return info.key <= after; });
    if (keys.is_truncated && keys.next_token.empty())
      return Error{Fault::Invalid,
                   "ListObjectsV2: the list is truncated, but has no token for the next page"};
    if (!keys.objects.empty() || !keys.is_truncated)
      return ObjectPage{.objects = std::move(keys.objects), .is_last = !keys.is_truncated};
    token = std::move(keys.next_token);
  }
  return Error{Fault::Retry, "ListObjectsV2: too many empty pages in a row"};
}

}  // namespace headgate::aws
