#include "model/json_line.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "model/text/json_string.h"
#include "model/time/unix_time.h"

namespace headgate {
namespace {

namespace json = simdjson::ondemand;

// What collectors add to a record; an object without `message` is its own message, without these.
constexpr std::array<std::string_view, 10> kMetadata = {
    "cluster_id", "namespace",  "application", "pod_name",    "ingest_timestamp",
    "timestamp",  "kubernetes", "file",        "source_type", "stream"};

bool is_metadata(std::string_view key) {
  return std::find(kMetadata.begin(), kMetadata.end(), key) != kMetadata.end();
}

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The comma or brace before a key whose opening quote stands at `quote`.
const char* mark_before(const char* quote) {
  do --quote;
  while (is_blank(*quote));
  return quote;
}

}  // namespace

simdjson::error_code JsonLine::parse(std::string_view line) {
  line_ = line;
  return parser_.iterate(line.data(), line.size(), line.size() + kReadableBeyond).get(document_);
}

bool JsonLine::start(std::string_view line) {
  has_object_ = has_elements_ = is_on_element_ = false;
  line = without_blanks_behind(line);
  const auto first = std::find_if_not(line.begin(), line.end(), is_blank);
  if (first == line.end() || (*first != '{' && *first != '[')) return false;

  simdjson::error_code parsed = parse(line);
  if (parsed == simdjson::UTF8_ERROR) {
    repaired_.clear();
    append_as_utf8(repaired_, line);
    const std::size_t bytes = repaired_.size();
    repaired_.resize(bytes + kReadableBeyond, ' ');
    parsed = parse(std::string_view(repaired_).substr(0, bytes));
  }
  if (parsed != simdjson::SUCCESS) return false;

  scratch_begin_ = scratch_at_ = scratch_.room_for(line_.size() + kJsonStringSlack);

  if (*first == '{') {
    json::object object;
    const char* const start = line_.data() + (first - line.begin());
    has_object_ = document_.get_object().get(object) == simdjson::SUCCESS && read_members(object, start) &&
                  is_all_read();
    return has_object_;
  }
  json::array array;
  if (document_.get_array().get(array) != simdjson::SUCCESS || !check_array(array, 1) || !is_all_read())
    return false;
  document_.rewind();
  CHECK(document_.get_array().get(array) == simdjson::SUCCESS);
  CHECK(array.begin().get(element_) == simdjson::SUCCESS &&
        array.end().get(elements_end_) == simdjson::SUCCESS);
  has_elements_ = true;
  return true;
}

void JsonLine::give_memory_back() {
  has_object_ = has_elements_ = is_on_element_ = false;
  parser_ = json::parser();
  repaired_ = std::string();
  left_over_ = std::string();
  scratch_.give_back();
}

bool JsonLine::is_all_read() {
  return document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

bool JsonLine::next(ReadRecord& record, ReadCounts& counts) {
  if (has_object_) {
    has_object_ = false;
    give(record, counts);
    return true;
  }
  if (!has_elements_) return false;
  if (is_on_element_) ++element_;
  is_on_element_ = element_ != elements_end_;
  has_elements_ = is_on_element_;
  if (!is_on_element_) return false;
  scratch_at_ = scratch_begin_;
  CHECK(read_element());  // start() has read it
  give(record, counts);
  return true;
}

bool JsonLine::read_element() {
  json::value value;
  json::json_type type{};
  if ((*element_).get(value) != simdjson::SUCCESS || value.type().get(type) != simdjson::SUCCESS)
    return false;
  const char* const start = value.raw_json_token().data();
  json::object object;
  if (type == json::json_type::object) {
    return value.get_object().get(object) == simdjson::SUCCESS && read_members(object, start);
  }
  members_ = Members{};
  Value read;
  if (!read_value(value, Keep::No, 1, read)) return false;
  members_.object = read.json;
  return true;
}

// From `start` to where the parser stands, the next mark: a value that was just read.
std::string_view JsonLine::until_here(const char* start) {
  const char* here = line_.data() + line_.size();
  if (document_.current_location().get(here) != simdjson::SUCCESS) here = line_.data() + line_.size();
  return without_blanks_behind({start, static_cast<std::size_t>(here - start)});
}

bool JsonLine::check(json::value value, int depth) {
  Value ignored;
  return read_value(value, Keep::No, depth, ignored);
}

bool JsonLine::check_array(json::array array, int depth) {
  if (depth > kDepthMax) return false;
  for (auto element : array) {
    if (element.error() != simdjson::SUCCESS || !check(element.value_unsafe(), depth)) return false;
  }
  return true;
}

// Checks all of a value, which simdjson by itself does only as far as it is asked for. `depth` is how deep
// the value stands. With Keep::Yes a string's text stays in the scratch for this record.
bool JsonLine::read_value(json::value value, Keep keep, int depth, Value& read) {
  json::json_type type{};
  std::string_view token;
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  token = without_blanks_behind(value.raw_json_token());
  read = {.json = token, .text = {}};
  switch (type) {
    case json::json_type::string: {
      const JsonString string = read_json_string(token.data() + 1, token.data() + token.size(), scratch_at_);
      if (string.after != token.data() + token.size()) return false;
      // Taken, not left to be skipped: simdjson would skip a string with a colon behind it as a key.
      if (value.get_raw_json_string().error() != simdjson::SUCCESS) return false;
      read.text = string.text;
      if (keep == Keep::Yes && string.text.data() == scratch_at_) scratch_at_ += string.text.size();
      return true;
    }
    case json::json_type::number:
      return is_json_number(token);
    case json::json_type::boolean:
      return token == "true" || token == "false";
    case json::json_type::null:
      return token == "null";
    case json::json_type::array: {
      json::array array;
      if (value.get_array().get(array) != simdjson::SUCCESS || !check_array(array, depth + 1)) return false;
      break;
    }
    case json::json_type::object: {
      json::object object;
      if (depth >= kDepthMax || value.get_object().get(object) != simdjson::SUCCESS) return false;
      for (auto member : object) {
        json::field field;
        std::string_view key;
        if (!read_member(std::move(member), field, key)) return false;
        if (!check(field.value(), depth + 1)) return false;
      }
      break;
    }
  }
  read.json = until_here(token.data());
  return true;
}

// The key's text may lie in the scratch, until the next string is read.
bool JsonLine::read_member(simdjson::simdjson_result<json::field> member, json::field& field,
                           std::string_view& key) {
  if (std::move(member).get(field) != simdjson::SUCCESS) return false;
  const JsonString string = read_json_string(field.key().raw(), line_.data() + line_.size(), scratch_at_);
  key = string.text;
  return string.after != nullptr;
}

JsonLine::Value* JsonLine::member_named(std::string_view key) {
  if (key == "message") return &members_.message;
  if (key == "timestamp") return &members_.timestamp;
  if (key == "ingest_timestamp") return &members_.ingest_timestamp;
  if (key == "application") return &members_.application;
  if (key == "pod_name") return &members_.pod_name;
  if (key == "container_name") return &members_.container_name;
  if (key == "stream") return &members_.stream;
  return nullptr;
}

// `start` is where the object stands. Of members with the same key the last counts, as most parsers have it.
bool JsonLine::read_members(json::object object, const char* start) {
  members_ = Members{};
  object_ = object;
  for (auto member : object) {
    json::field field;
    std::string_view key;
    if (!read_member(std::move(member), field, key)) return false;
    if (key == "kubernetes") {
      if (!read_kubernetes(field.value())) return false;
      continue;
    }
    Value* const wanted = member_named(key);
    Value read;
    if (!read_value(field.value(), wanted == nullptr ? Keep::No : Keep::Yes, 1, read)) return false;
    if (wanted != nullptr) *wanted = read;
  }
  members_.object = until_here(start);
  return true;
}

bool JsonLine::read_kubernetes(json::value value) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return check(value, 1);
  for (auto member : object) {
    json::field field;
    std::string_view key;
    if (!read_member(std::move(member), field, key)) return false;
    const bool is_wanted = key == "container_name";
    Value read;
    if (!read_value(field.value(), is_wanted ? Keep::Yes : Keep::No, 2, read)) return false;
    if (is_wanted) members_.kubernetes_container_name = read;
  }
  return true;
}

// The object's text with the metadata members cut out and nothing else touched.
std::string_view JsonLine::without_metadata() {
  const std::string_view object = members_.object;
  left_over_.assign(1, '{');
  bool is_kept = false;
  bool is_cut = false;
  const char* start = nullptr;  // of the member before, blanks included
  const auto end_member = [&](const char* end) {
    if (start != nullptr && is_kept) {
      if (left_over_.size() > 1) left_over_ += ',';
      left_over_.append(start, end);
    }
  };
  CHECK(object_.reset().error() == simdjson::SUCCESS);
  for (auto member : object_) {
    json::field field;
    std::string_view key;
    CHECK(read_member(std::move(member), field, key));
    const char* const mark = mark_before(field.key().raw() - 1);
    end_member(mark);
    start = mark + 1;
    is_kept = !is_metadata(key);
    is_cut = is_cut || !is_kept;
  }
  if (!is_cut) return object;
  end_member(object.data() + object.size() - 1);
  left_over_ += '}';
  return left_over_;
}

void JsonLine::give(ReadRecord& record, ReadCounts& counts) {
  record = ReadRecord{};
  const Members& members = members_;
  const bool is_object = members.object.starts_with('{');
  if (!members.message.json.empty()) {
    record.message = members.message.json.starts_with('"') ? members.message.text : members.message.json;
  } else {
    ++counts.no_message;
    record.message = is_object ? without_metadata() : members.object;
  }
  const auto time = [&counts](const Value& value) {
    if (value.json.empty()) return std::optional<Timestamp>();
    const bool is_string = value.json.starts_with('"');
    const std::optional<Timestamp> at = is_string ? parse_rfc3339(value.text) : parse_unix_time(value.json);
    if (!at.has_value()) ++counts.bad_time;
    return at;
  };
  record.at = time(members.timestamp);
  record.ingested_at = time(members.ingest_timestamp);
  record.application = members.application.text;
  record.pod_name = members.pod_name.text;
  record.stream = members.stream.text;
  const bool has_container = !members.container_name.json.empty();
  record.container_name =
      has_container ? members.container_name.text : members.kubernetes_container_name.text;
}

}  // namespace headgate
