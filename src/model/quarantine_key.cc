#include "model/quarantine_key.h"

#include <algorithm>
#include <vector>

namespace headgate {
namespace {

constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kSegmentsMax = 4;  // after the prefix

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
  });
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::optional<QuarantineKey> parse_segments(const std::vector<std::string_view>& segments) {
  if (segments.size() == 2) {
    std::string_view name = segments[1];
    if (!take_suffix(name, ".json")) return std::nullopt;
    if (segments[0] == "objects" && is_hash(name)) return QuarantineKey{.kind = QuarantineKind::Object};
    const bool has_hash = name.size() > kHashDigits && name[name.size() - kHashDigits - 1] == '-' &&
                          is_hash(name.substr(name.size() - kHashDigits));
    if (segments[0] == "messages" && has_hash) return QuarantineKey{.kind = QuarantineKind::Message};
    return std::nullopt;
  }
  if (segments.size() != kSegmentsMax || segments[0].empty() || segments[1].empty()) return std::nullopt;
  const std::string_view source = segments[2];
  if (source.size() <= kHashDigits || source[kHashDigits] != '-' || !is_hash(source.substr(0, kHashDigits)))
    return std::nullopt;
  std::string_view file = segments[3];
  const std::size_t dash = file.find('-');
  if (dash == std::string_view::npos || !take_suffix(file, ".ndjson") || file.size() <= dash)
    return std::nullopt;
  const std::string_view reason = file.substr(dash + 1);
  if (!is_number(file.substr(0, dash)) || !is_slug(reason)) return std::nullopt;
  return QuarantineKey{.kind = QuarantineKind::Events,
                       .tenant = TenantId(segments[0]),
                       .destination = DestinationName(segments[1]),
                       .reason = std::string(reason)};
}

}  // namespace

std::optional<QuarantineKey> parse_quarantine_key(const ObjectKey& key) {
  std::string_view rest = key.view();
  if (!rest.starts_with(kQuarantinePrefix)) return std::nullopt;
  rest.remove_prefix(kQuarantinePrefix.size());
  std::vector<std::string_view> segments;
  for (std::size_t slash = 0; slash != std::string_view::npos && segments.size() <= kSegmentsMax + 1;) {
    slash = rest.find('/');
    segments.push_back(rest.substr(0, slash));
    if (slash != std::string_view::npos) rest.remove_prefix(slash + 1);
  }
  if (std::optional<QuarantineKey> parsed = parse_segments(segments)) return parsed;
  if (segments.front() != "redelivered") return std::nullopt;
  segments.erase(segments.begin());
  std::optional<QuarantineKey> parsed = parse_segments(segments);
  if (parsed) parsed->is_redelivered = true;
  return parsed;
}

}  // namespace headgate
