#include "config/setting_value.h"

#include "base/json_text.h"
#include "base/number.h"
#include "config/config_file.h"

namespace headgate::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, so that the first that divides a value is the best to print it with.
constexpr Unit kDurationUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr Unit kByteUnits[] = {{"TiB", 1ULL << 40},
                               {"GiB", 1ULL << 30},
                               {"MiB", 1ULL << 20},
                               {"KiB", 1ULL << 10},
                               {"TB", 1'000'000'000'000},
                               {"GB", 1'000'000'000},
                               {"MB", 1'000'000},
                               {"kB", 1000},
                               {"B", 1}};

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units,
                                             std::string_view unit_when_none) {
  std::string_view name = text;
  const std::optional<std::uint64_t> number = take_leading_number<std::uint64_t>(name);
  if (!number) return std::nullopt;
  if (name.empty()) name = unit_when_none;
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (*number > kMost / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

std::string text_with_unit(std::uint64_t value, std::span<const Unit> units) {
  if (value == 0) return "0" + std::string(units.back().name);
  for (const Unit& unit : units) {
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  CHECK(false);  // the last factor is 1
}

Strings split_at_commas(std::string_view text) {
  Strings parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::string choice_names(const Setting& setting) {
  std::string names;
  for (const Choice& choice : setting.choices)
    names += (names.empty() ? "" : ", ") + std::string(choice.name);
  return names;
}

Error invalid(std::string what) {
  return Error{Fault::Invalid, std::move(what)};
}

Result<SettingValue> parse_text(const Setting& setting, const std::string& text) {
  SettingValue value;
  switch (setting.kind) {
    case SettingKind::Text:
      value.text = text;
      return value;
    case SettingKind::Integer: {
      const auto number = parse_number<decltype(value.number)>(text);
      if (!number) return invalid("is not a whole number");
      value.number = *number;
      return value;
    }
    case SettingKind::Boolean:
      if (text != "true" && text != "false") return invalid("is neither true nor false");
      value.number = text == "true" ? 1 : 0;
      return value;
    case SettingKind::Duration:
      value.number = TRY(parse_duration(text)).count();
      return value;
    case SettingKind::Bytes:
      value.number = static_cast<std::int64_t>(TRY(parse_bytes(text)));
      return value;
    case SettingKind::List:
      value.list = split_at_commas(text);
      return value;
    case SettingKind::Groups:
      value.groups = TRY(read_groups(text));
      return value;
    case SettingKind::Choice:
      for (const Choice& choice : setting.choices) {
        if (choice.name != text) continue;
        value.text = text;
        return value;
      }
      return invalid("must be one of " + choice_names(setting));
  }
  CHECK(false);
}

bool is_bounded(SettingKind kind) {
  return kind == SettingKind::Integer || kind == SettingKind::Duration || kind == SettingKind::Bytes;
}

std::string bound_text(const Setting& setting, std::int64_t bound) {
  if (setting.kind == SettingKind::Duration) return duration_text(Milliseconds{bound});
  if (setting.kind == SettingKind::Bytes) return bytes_text(static_cast<std::uint64_t>(bound));
  return std::to_string(bound);
}

std::string list_text(const Strings& list) {
  std::string text = "[";
  for (const std::string& entry : list) text += (text.size() > 1 ? ", " : "") + json_text(entry);
  return text + "]";
}

// A JSON string is a YAML string too, so quoting is needed only to be read as text at all.
std::string plain_or_quoted(const std::string& text) {
  const bool is_plain = !text.empty() &&
                        text.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789._/-+") == std::string::npos &&
                        text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/") == 0;
  const bool means_something = text == "true" || text == "false" || text == "null" || text == "yes" ||
                               text == "no" || text == "on" || text == "off";
  return is_plain && !means_something ? text : json_text(text);
}

}  // namespace

Result<Milliseconds> parse_duration(std::string_view text) {
  const auto count = parse_with_unit(text, kDurationUnits, "");
  if (!count) return invalid("is not a duration: write a whole number and ms, s, m, h or d, like 300s");
  return Milliseconds{static_cast<std::int64_t>(*count)};
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto count = parse_with_unit(text, kByteUnits, "B");
  if (!count) return invalid("is not a size: write a whole number and KiB, MiB, GiB or TiB, like 64MiB");
  return *count;
}

std::string duration_text(Milliseconds duration) {
  return text_with_unit(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

std::string bytes_text(std::uint64_t bytes) {
  return text_with_unit(bytes, kByteUnits);
}

Result<SettingValue> parse_setting(const Setting& setting, const RawValue& raw) {
  SettingValue value;
  std::string shown;  // before the complaint
  if (const auto* text = std::get_if<std::string>(&raw)) {
    if (!setting.about.is_secret) shown = json_text(*text) + " ";
    Result<SettingValue> parsed = parse_text(setting, *text);
    if (!parsed.ok()) return invalid(shown + parsed.error().what);
    value = std::move(parsed).value();
  } else if (const auto* list = std::get_if<Strings>(&raw);
             list != nullptr && setting.kind == SettingKind::List) {
    value.list = *list;
  } else if (const auto* groups = std::get_if<StringLists>(&raw);
             groups != nullptr && setting.kind == SettingKind::Groups) {
    value.groups = *groups;
  } else {
    return invalid("must be: " + std::string(name_of(setting.kind)));
  }
  if (is_bounded(setting.kind) && (value.number < setting.about.least || value.number > setting.about.most))
    return invalid(shown + "must be from " + bound_text(setting, setting.about.least) + " to " +
                   bound_text(setting, setting.about.most));
  if (setting.about.complaint != nullptr) {
    if (const auto complaint = setting.about.complaint(value)) return invalid(*complaint);
  }
  return value;
}

std::string yaml_text(const Setting& setting, const SettingValue& value) {
  if (setting.about.is_secret) return "\"***\"";
  switch (setting.kind) {
    case SettingKind::Text:
    case SettingKind::Choice:
      return plain_or_quoted(value.text);
    case SettingKind::Integer:
      return std::to_string(value.number);
    case SettingKind::Boolean:
      return value.number != 0 ? "true" : "false";
    case SettingKind::Duration:
      return duration_text(Milliseconds{value.number});
    case SettingKind::Bytes:
      return bytes_text(static_cast<std::uint64_t>(value.number));
    case SettingKind::List:
      return list_text(value.list);
    case SettingKind::Groups: {
      std::string text = "{";
      for (const auto& [name, list] : value.groups)
        text += (text.size() > 1 ? ", " : "") + json_text(name) + ": " + list_text(list);
      return text + "}";
    }
  }
  CHECK(false);
}

}  // namespace headgate::config
