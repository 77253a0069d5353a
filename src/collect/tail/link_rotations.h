// Files that could not be read: a log was rotated twice behind its link (collect.follow_links) between two
// listings, so the link never led to the file in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "collect/progress/position.h"
#include "ports/linked_files.h"

namespace headgate::collect {

// Files whose lines may be lost. Nobody knows what was in files that are gone, or whether others were read
// elsewhere.
struct LostBehindLink {
  std::uint64_t files = 0;  // at least
  std::uint64_t bytes = 0;  // of the files that still exist
};

// The file that the link led to at the listing before.
struct BehindLinkBefore {
  FileId id;
  Fingerprint fingerprint = {};
  std::int64_t modified_ns = 0;  // when it was written last, as far as is known
  // How far it was read if it is not open any more: the rest of it may be lost too. Empty: it is open, and is
  // read to its end.
  std::optional<std::uint64_t> read_to = {};
};

// The link at `path` leads to another file than before. The files beside its target tell how often it was
// rotated: the file of before is the youngest rotated one, unless others came between. Files are ordered by
// number where they have one (.1, .2, .3.gz: a larger number is older), or else by their last change.
Result<LostBehindLink> lost_behind_link(LinkedFiles& links, const std::string& path,
                                        const BehindLinkBefore& before);

// The number of a rotated file: 3 in "abc.log.3.gz" beside "abc.log". Pure.
std::optional<std::uint32_t> rotation_number(std::string_view name);

}  // namespace headgate::collect
