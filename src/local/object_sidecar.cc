#include "local/object_sidecar.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <iterator>

#include "base/json_text.h"

namespace headgate::local {
namespace {

void append_record(std::string& json, const ObjectRecord& record) {
  fmt::format_to(std::back_inserter(json), R"({{"inode":{},"bytes":{},"modified_ns":{},"etag":)",
                 record.file.inode, record.file.bytes, record.file.modified_ns);
  append_json_text(json, record.etag);
  json += R"(,"content_type":)";
  append_json_text(json, record.content_type);
  json += R"(,"content_encoding":)";
  append_json_text(json, record.content_encoding);
  json += R"(,"metadata":{)";
  bool is_first = true;
  for (const auto& [name, value] : record.metadata) {
    if (!is_first) json += ',';
    is_first = false;
    append_json_text(json, name);
    json += ':';
    append_json_text(json, value);
  }
  json += "}}";
}

// The value that simdjson read, or Fault::Invalid with the field's name.
template <typename T>
Result<T> value_of(simdjson::simdjson_result<T> read, std::string_view field) {
  T value{};
  const simdjson::error_code error = std::move(read).get(value);
  if (error != simdjson::SUCCESS) {
    return Error{Fault::Invalid, fmt::format("{}: {}", field, simdjson::error_message(error))};
  }
  return value;
}

Result<ObjectRecord> decode_record(const simdjson::dom::element& element) {
  ObjectRecord record;
  record.file.inode = TRY(value_of(element["inode"].get_uint64(), "inode"));
  record.file.bytes = TRY(value_of(element["bytes"].get_uint64(), "bytes"));
  record.file.modified_ns = TRY(value_of(element["modified_ns"].get_int64(), "modified_ns"));
  record.etag = TRY(value_of(element["etag"].get_string(), "etag"));
  record.content_type = TRY(value_of(element["content_type"].get_string(), "content_type"));
  record.content_encoding = TRY(value_of(element["content_encoding"].get_string(), "content_encoding"));
  for (const auto field : TRY(value_of(element["metadata"].get_object(), "metadata"))) {
    record.metadata.emplace(field.key, TRY(value_of(field.value.get_string(), field.key)));
  }
  return record;
}

}  // namespace

std::string encode_sidecar(std::span<const ObjectRecord> records) {
  std::string json = R"({"records":[)";
  for (const ObjectRecord& record : records) {
    if (&record != records.data()) json += ',';
    append_record(json, record);
  }
  json += "]}\n";
  return json;
}

Result<std::vector<ObjectRecord>> decode_sidecar(std::string_view json) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(json);
  const simdjson::dom::element document = TRY(value_of(parser.parse(padded), "sidecar"));
  std::vector<ObjectRecord> records;
  for (const simdjson::dom::element element : TRY(value_of(document["records"].get_array(), "records"))) {
    if (records.size() == kSidecarRecordsMax) return Error{Fault::Invalid, "records: more than two"};
    records.push_back(TRY(decode_record(element)));
  }
  return records;
}

const ObjectRecord* find_record(std::span<const ObjectRecord> records, const FileIdentity& file) {
  const auto same_file = [&](const ObjectRecord& record) {
    return record.file.inode == file.inode && record.file.bytes == file.bytes;
  };
  const auto same_content = [&](const ObjectRecord& record) {
    return record.file.modified_ns == file.modified_ns && record.file.bytes == file.bytes;
  };
  auto found = std::find_if(records.begin(), records.end(), same_file);
  if (found == records.end()) found = std::find_if(records.begin(), records.end(), same_content);
  return found == records.end() ? nullptr : &*found;
}

}  // namespace headgate::local
