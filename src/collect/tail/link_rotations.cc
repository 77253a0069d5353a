#include "collect/tail/link_rotations.h"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "base/number.h"
#include "collect/tail/gzip_content.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kGzip = ".gz";

bool is_gzip(const FileBeside& beside) {
  return beside.name.ends_with(kGzip);
}

Result<std::string> first_bytes_of(const FileBeside& beside) {
  std::string bytes(Fingerprint::kBytesMax, '\0');
  if (is_gzip(beside)) {
    Decompressors one;  // for a moment
    GzipContent content(*beside.file, one);
    bytes.resize(TRY(content.read_at(0, std::span<char>(bytes))));
  } else {
    bytes.resize(TRY(beside.file->read_at(0, std::span<char>(bytes))));
  }
  return bytes;
}

// The file of before, perhaps gzipped by now.
bool is_same(const FileBeside& beside, const BehindLinkBefore& before) {
  if (!is_gzip(beside) && beside.stat.id != before.id) return false;
  if (before.fingerprint.bytes == 0) return !is_gzip(beside);
  const Result<std::string> first_bytes = first_bytes_of(beside);
  return first_bytes.ok() && before.fingerprint.fits(*first_bytes);
}

std::uint64_t content_bytes(const FileBeside& beside) {
  if (!is_gzip(beside)) return beside.stat.bytes;
  const auto bytes = gzip_content_bytes(*beside.file);
  return bytes.ok() && *bytes ? **bytes : 0;
}

std::string_view plain_name(const FileBeside& beside) {
  std::string_view name = beside.name;
  if (is_gzip(beside)) name.remove_suffix(kGzip.size());
  return name;
}

bool is_younger(const FileBeside& beside, const FileBeside* of, const BehindLinkBefore& before) {
  const std::optional<std::uint32_t> number = rotation_number(beside.name);
  const std::optional<std::uint32_t> known = of == nullptr ? std::nullopt : rotation_number(of->name);
  if (number && known) return *number < *known;
  return beside.stat.modified_ns > before.modified_ns;
}

}  // namespace

std::optional<std::uint32_t> rotation_number(std::string_view name) {
  if (name.ends_with(kGzip)) name.remove_suffix(kGzip.size());
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size()) return std::nullopt;
  constexpr std::uint32_t kNumberMax = 9999;  // larger ones are dates, of which the larger is the younger
  const auto number = parse_number<std::uint32_t>(name.substr(dot + 1));
  return number && *number <= kNumberMax ? number : std::nullopt;
}

Result<LostBehindLink> lost_behind_link(LinkedFiles& links, const std::string& path,
                                        const BehindLinkBefore& before) {
  const std::vector<FileBeside> beside = TRY(links.beside_target(path));
  const auto same = std::find_if(beside.begin(), beside.end(),
                                 [&](const FileBeside& file) { return is_same(file, before); });
  const FileBeside* const found = same == beside.end() ? nullptr : &*same;
  LostBehindLink lost;
  std::set<std::string_view> counted;  // a file and its archive are one
  for (const FileBeside& file : beside) {
    if (is_same(file, before) || !is_younger(file, found, before)) continue;
    if (!counted.insert(plain_name(file)).second) continue;
    ++lost.files;
    lost.bytes += content_bytes(file);
  }
  if (found == nullptr) {  // removed: so many came after it that it was not kept, and these may be gone too
    lost.files = std::max<std::uint64_t>(lost.files, 1);
    return lost;
  }
  const std::uint64_t bytes = content_bytes(*found);
  if (before.read_to && bytes > *before.read_to) {
    ++lost.files;
    lost.bytes += bytes - *before.read_to;
  }
  return lost;
}

}  // namespace headgate::collect
