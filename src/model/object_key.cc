#include "model/object_key.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/percent_escape.h"
#include "model/quarantine_key.h"

namespace headgate {
namespace {

enum class Plus { IsPlus, IsBlank };

bool is_plain(char byte) {
  const bool is_word =
      (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
  return is_word || byte == '.' || byte == '_' || byte == '-';
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, "Safe characters"
bool is_safe_in_key(char byte) {
  constexpr std::string_view kSafe = "!*'()";
  return is_plain(byte) || kSafe.find(byte) != std::string_view::npos;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at] == '+' && plus == Plus::IsBlank ? ' ' : text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) return Error{Fault::Invalid, "a % that is no escape"};
    decoded += static_cast<char>(static_cast<unsigned char>(high * 16 + low));
    at += 2;
  }
  return decoded;
}

// Whether a segment of a key holds bytes that we encode, so that it is another program's. Each value has one
// spelling of ours, with upper-case escapes where they are needed: any other spelling of it would be a second
// key for the same thing.
Result<bool> is_verbatim(std::string_view segment) {
  bool holds_others = false;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    if (segment[at] != '%') {
      holds_others = holds_others || !is_safe_in_key(segment[at]);
      continue;
    }
    const int high = at + 2 < segment.size() ? hex_value(segment[at + 1]) : -1;
    const int low = at + 2 < segment.size() ? hex_value(segment[at + 2]) : -1;
    if (high < 0 || low < 0) return Error{Fault::Invalid, "a % that is no escape"};
    std::string ours;
    append_percent_escape(ours, static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
    const bool is_needed = !is_safe_in_key(static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
    if (!is_needed || ours != segment.substr(at, 3)) {
      return Error{Fault::Invalid, "the escape " + std::string(segment.substr(at, 3)) +
                                       " is not how that byte is written: two keys would mean the same"};
    }
    at += 2;
  }
  return holds_others;
}

// As render() writes a first segment that would be "quarantine".
constexpr std::string_view kEscapedQuarantine = "%71uarantine";

// What must never name a tenant or a part of a path.
std::optional<std::string_view> objection_to(std::string_view value) {
  if (value.empty()) return "empty";
  if (value.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) return "blank";
  if (value == "." || value == "..") return "a path step, not a name";
  if (value.find('/') != std::string_view::npos) return "holds a slash";
  if (value.find('\0') != std::string_view::npos) return "holds a NUL";
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t slash = text.find('/');
    segments.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    text.remove_prefix(slash + 1);
  }
}

// "segment 3 ({application}): "
Error error_at(std::size_t index, std::string_view text, std::string_view what) {
  std::string words = "segment " + std::to_string(index + 1) + " (";
  words.append(text).append("): ").append(what);
  return Error{Fault::Invalid, std::move(words)};
}

Error too_long() {
  return Error{Fault::Invalid, "longer than " + std::to_string(KeyTemplate::kKeyBytesMax) + " bytes"};
}

Error no_room_for_packed() {
  return Error{Fault::Invalid, "a packed object's key needs {application} and {pod_name} in the template"};
}

template <typename Name>
void set(Name& name, std::string value) {
  name = Name(std::move(value));
}

}  // namespace

Result<KeyTemplate> KeyTemplate::parse(std::string_view text) {
  constexpr std::pair<std::string_view, Field> kPlaceholders[] = {{"{cluster_id}", Field::Cluster},
                                                                  {"{namespace}", Field::NamespaceName},
                                                                  {"{application}", Field::ApplicationName},
                                                                  {"{pod_name}", Field::Pod},
                                                                  {"{tenant}", Field::Tenant},
                                                                  {"{file}", Field::File}};
  if (text.size() > kKeyBytesMax) return too_long();
  KeyTemplate made;
  const std::vector<std::string_view> segments = split(text);
  for (std::size_t index = 0; index < segments.size(); ++index) {
    const std::string_view segment = segments[index];
    Field field = Field::Fixed;
    std::string_view before;
    for (const auto& [placeholder, meant] : kPlaceholders) {
      if (!segment.ends_with(placeholder)) continue;
      const std::string_view text_before = segment.substr(0, segment.size() - placeholder.size());
      if (!std::all_of(text_before.begin(), text_before.end(), is_safe_in_key)) continue;
      field = meant;
      before = text_before;
    }
    if (field == Field::Fixed) {
      if (segment.find_first_of("{}") != std::string_view::npos) {
        return error_at(index, segment,
                        "neither a placeholder, with fixed text before it at most, nor a fixed text");
      }
      if (const auto objection = objection_to(segment)) return error_at(index, segment, *objection);
      if (index == 0 && segment == kQuarantineSegment) {
        return error_at(index, segment,
                        "is where what cannot be delivered is kept; choose another first segment");
      }
      if (!std::all_of(segment.begin(), segment.end(), is_safe_in_key)) {
        return error_at(index, segment, "a fixed text has letters, digits and . _ - ! * ' ( ) only");
      }
    } else if (made.has(field)) {
      return error_at(index, segment, "twice");
    }
    made.segments_.push_back({.text = std::string(segment), .field = field, .before = std::string(before)});
  }
  if (made.segments_.back().field != Field::File) return Error{Fault::Invalid, "{file} must come last"};
  if (!made.has(Field::Tenant) && !made.has(Field::NamespaceName)) {
    return Error{Fault::Invalid, "neither {tenant} nor {namespace}: a key must say whose it is"};
  }
  return made;
}

bool KeyTemplate::has(Field field) const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [&](const Segment& segment) { return segment.field == field; });
}

std::string_view KeyTemplate::value_of(Field field, const KeyFields& fields) {
  switch (field) {
    case Field::Fixed:
      return {};
    case Field::Cluster:
      return fields.cluster.view();
    case Field::NamespaceName:
      return fields.namespace_name.view();
    case Field::ApplicationName:
      return fields.is_packed() ? kPackedApplication : fields.application.view();
    case Field::Pod:
      return fields.is_packed() ? fields.node.view() : fields.pod.view();
    case Field::Tenant:
      return fields.tenant.view();
    case Field::File:
      return fields.file;
  }
  CHECK(false);
}

Result<ObjectKey> KeyTemplate::render(const KeyFields& fields) const {
  if (fields.is_packed()) {
    if (!has(Field::ApplicationName) || !has(Field::Pod)) return no_room_for_packed();
  } else if (has(Field::ApplicationName) && fields.application.view() == kPackedApplication) {
    return Error{Fault::Invalid, "{application}: \"_packed\" is not an application's name"};
  }
  std::string key;
  for (std::size_t index = 0; index < segments_.size(); ++index) {
    const Segment& segment = segments_[index];
    if (index > 0) key += '/';
    if (segment.field == Field::Fixed) {
      key += segment.text;
      continue;
    }
    key += segment.before;
    const std::string_view value = value_of(segment.field, fields);
    if (const auto objection = objection_to(value)) return error_at(index, segment.text, *objection);
    for (const char byte : value) {
      // No log object's key begins as those in quarantine do (model/quarantine_key.h).
      const bool is_escaped = key.empty() && value == kQuarantineSegment;
      if (is_safe_in_key(byte) && !is_escaped) {
        key += byte;
      } else {
        append_percent_escape(key, byte);
      }
    }
  }
  if (key.size() > kKeyBytesMax) return too_long();
  return ObjectKey(std::move(key));
}

Result<KeyFields> KeyTemplate::parse_key(const ObjectKey& key) const {
  if (key.view().size() > kKeyBytesMax) return too_long();
  const std::vector<std::string_view> segments = split(key.view());
  for (std::size_t index = 0; index < std::min(segments.size(), segments_.size()); ++index) {
    if (segments[index].empty()) return error_at(index, segments_[index].text, "empty");
  }
  if (segments.size() != segments_.size()) {
    return Error{Fault::Invalid, "has " + std::to_string(segments.size()) + " path segments, the template " +
                                     std::to_string(segments_.size())};
  }
  KeyFields fields;
  for (std::size_t index = 0; index < segments.size(); ++index) {
    const Segment& segment = segments_[index];
    const bool is_fixed = segment.field == Field::Fixed;
    if (is_fixed ? segments[index] != segment.text : !segments[index].starts_with(segment.before))
      return error_at(index, segment.text, "another text");
    const bool is_first_value = index == 0 && !is_fixed && segment.before.empty();
    if (is_first_value && segments[index] == kEscapedQuarantine) continue;
    const Result<bool> verbatim = is_verbatim(segments[index]);
    if (!verbatim.ok()) return error_at(index, segment.text, verbatim.error().what);
    const bool is_of_others = *verbatim || (is_first_value && segments[index] == kQuarantineSegment);
    fields.is_verbatim = fields.is_verbatim || is_of_others;
  }
  for (std::size_t index = 0; index < segments.size(); ++index) {
    const auto& [text, field, before] = segments_[index];
    if (field == Field::Fixed) continue;
    const std::string_view value = segments[index].substr(before.size());
    Result<std::string> decoded = fields.is_verbatim ? std::string(value) : decode(value, Plus::IsPlus);
    if (!decoded.ok()) return error_at(index, text, decoded.error().what);
    if (const auto objection = objection_to(*decoded)) return error_at(index, text, *objection);
    set_field(field, std::move(decoded).value(), fields);
  }
  if (!has(Field::Tenant)) fields.tenant = TenantId(fields.namespace_name.view());
  if (fields.application.view() == kPackedApplication) TRY(become_packed(fields));
  return fields;
}

// What was read as a pod's key is a packed object's.
Result<> KeyTemplate::become_packed(KeyFields& fields) const {
  if (!has(Field::Pod)) return no_room_for_packed();
  fields.node = NodeName(fields.pod.view());
  fields.application = Application();
  fields.pod = PodName();
  return {};
}

void KeyTemplate::set_field(Field field, std::string value, KeyFields& fields) {
  switch (field) {
    case Field::Fixed:
      return;
    case Field::Cluster:
      return set(fields.cluster, std::move(value));
    case Field::NamespaceName:
      return set(fields.namespace_name, std::move(value));
    case Field::ApplicationName:
      return set(fields.application, std::move(value));
    case Field::Pod:
      return set(fields.pod, std::move(value));
    case Field::Tenant:
      return set(fields.tenant, std::move(value));
    case Field::File:
      fields.file = std::move(value);
      return;
  }
  CHECK(false);
}

std::string KeyTemplate::fixed_prefix() const {
  std::string prefix;
  for (const Segment& segment : segments_) {
    if (segment.field != Field::Fixed) break;
    prefix += segment.text + '/';
  }
  return prefix;
}

std::string key_file_name(std::string_view key_time, std::string_view uuid, std::string_view suffix) {
  std::string name(key_time);
  name.append("-").append(uuid).append(".json").append(suffix);
  return name;
}

std::string url_encode_event_key(const ObjectKey& key) {
  std::string encoded;
  for (const char byte : key.view()) {
    if (is_plain(byte) || byte == '*' || byte == '/') {
      encoded += byte;
    } else if (byte == ' ') {
      encoded += '+';
    } else {
      append_percent_escape(encoded, byte);
    }
  }
  return encoded;
}

Result<ObjectKey> url_decode_event_key(std::string_view encoded) {
  return ObjectKey(TRY(decode(encoded, Plus::IsBlank)));
}

}  // namespace headgate
