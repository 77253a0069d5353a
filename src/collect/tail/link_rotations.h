// Files that nobody could read: a log was rotated twice behind its link (collect.follow_links) between two
// looks at it. The file in between was never behind the link when somebody looked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "collect/progress/position.h"
#include "ports/linked_files.h"

namespace headgate::collect {

// Their lines may be lost: whether they were read elsewhere, or what was in files that are gone by now,
// nobody knows.
struct LostBehindLink {
  std::uint64_t files = 0;  // at least
  std::uint64_t bytes = 0;  // of those that are still there
};

// The file that was behind the link when it was looked at before.
struct BehindLinkBefore {
  FileId id;
  Fingerprint fingerprint = {};
  std::int64_t modified_ns = 0;  // when it was written last, as far as is known
  // It is not open any more, and was read to there: what is left of it may be lost too. Empty: it is open,
  // and is read to its end.
  std::optional<std::uint64_t> read_to = {};
};

// The link at `path` leads to another file than before. What is beside it says how often it was rotated: the
// file of before is the youngest one, unless others came between. By their numbers where they have them (.1,
// .2, .3.gz: larger is older), or else by when they were written last.
Result<LostBehindLink> lost_behind_link(LinkedFiles& links, const std::string& path,
                                        const BehindLinkBefore& before);

// The number of a rotated file: 3 in "abc.log.3.gz" beside "abc.log". Pure.
std::optional<std::uint32_t> rotation_number(std::string_view name);

}  // namespace headgate::collect
