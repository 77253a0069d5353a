#include "model/text/document.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "model/text/json_string.h"
#include "model/text/yaml_document.h"

namespace headgate {
namespace {

namespace json = simdjson::ondemand;
using Kind = DocumentValue::Kind;

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 && !is_blank(byte);
}

int line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.data(), text.data() + at, '\n'));
}

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Every value is asked for, so that simdjson checks it. Anything odd is left to YAML, which then says what it
// is.
class JsonDocument {
 public:
  std::optional<DocumentValue> read(std::string_view text) {
    const simdjson::padded_string padded(text);
    counted_ = padded.data();
    json::parser parser;
    json::document document;
    json::value root;
    DocumentValue value;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
    if (document.get_value().get(root) != simdjson::SUCCESS || !read_value(root, 0, value))
      return std::nullopt;
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return std::nullopt;
    return value;
  }

 private:
  // Values come in the order of the text, so their lines are counted once.
  int line_of(const char* at) {
    line_ += static_cast<int>(std::count(counted_, std::max(counted_, at), '\n'));
    counted_ = std::max(counted_, at);
    return line_;
  }

  bool read_value(json::value value, int depth, DocumentValue& read) {
    json::json_type type{};
    if (++values_ > kDocumentValuesMax || value.type().get(type) != simdjson::SUCCESS) return false;
    const std::string_view token = without_blanks_behind(value.raw_json_token());
    read.line = line_of(token.data());
    switch (type) {
      case json::json_type::string: {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return false;
        read.kind = Kind::Text;
        read.text = text;
        return true;
      }
      case json::json_type::number:
        read.kind = Kind::Number;
        read.text = token;
        return is_json_number(token);
      case json::json_type::boolean:
        read.kind = Kind::Boolean;
        read.text = token;
        return token == "true" || token == "false";
      case json::json_type::null:
        return token == "null";
      case json::json_type::array:
        return depth < kDocumentDepthMax && read_sequence(value, depth, read);
      case json::json_type::object:
        return depth < kDocumentDepthMax && read_mapping(value, depth, read);
    }
    return false;
  }

  bool read_sequence(json::value value, int depth, DocumentValue& read) {
    read.kind = Kind::Sequence;
    json::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto element : array) {
      if (element.error() != simdjson::SUCCESS) return false;
      if (!read_value(element.value_unsafe(), depth + 1, read.items.emplace_back())) return false;
    }
    return true;
  }

  bool read_mapping(json::value value, int depth, DocumentValue& read) {
    read.kind = Kind::Mapping;
    json::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto member : object) {
      json::field field;
      std::string_view name;
      if (std::move(member).get(field) != simdjson::SUCCESS) return false;
      DocumentValue& added = read.items.emplace_back();
      added.name_line = line_of(field.key().raw());
      if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
      added.name = name;
      if (!read_value(field.value(), depth + 1, added)) return false;
    }
    return true;
  }

  const char* counted_ = nullptr;
  int line_ = 1;
  std::size_t values_ = 0;
};

}  // namespace

Result<DocumentValue> read_document(std::string_view text) {
  if (text.size() > kDocumentBytesMax) {
    return Error{Fault::Invalid, "longer than " + std::to_string(kDocumentBytesMax) + " bytes"};
  }
  if (!is_utf8(text)) return Error{Fault::Invalid, "not UTF-8"};
  // YAML and JSON forbid them, and yaml-cpp takes some for the end of the text.
  if (const auto control = std::find_if(text.begin(), text.end(), is_control); control != text.end()) {
    const auto at = static_cast<std::size_t>(control - text.begin());
    return Error{Fault::Invalid, "line " + std::to_string(line_at(text, at)) + ": a control character"};
  }
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  if (first != text.end() && (*first == '{' || *first == '[')) {
    if (std::optional<DocumentValue> value = JsonDocument().read(text)) return *std::move(value);
  }
  return read_yaml_document(text);
}

}  // namespace headgate
