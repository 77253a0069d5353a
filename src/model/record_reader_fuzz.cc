// Any bytes may be an object. What is read is UTF-8, and does not depend on how the bytes arrive nor on what
// was read before. Lines that an independent parser takes for JSON objects and arrays are taken so here.
#include "model/record_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "model/json_line.h"
#include "model/record.h"

namespace headgate {
namespace {

class SlowSource : public ByteSource {
 public:
  SlowSource(std::string_view text, std::size_t step) : text_(text), step_(step) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t taken = std::min({into.size(), text_.size(), step_});
    std::copy_n(text_.data(), taken, into.data());
    text_.remove_prefix(taken);
    return taken;
  }

 private:
  std::string_view text_;
  std::size_t step_;
};

struct Read {
  std::vector<std::string> records;
  std::uint64_t not_json = 0;
};

std::string kept(const ReadRecord& record, std::uint64_t lines_before) {
  std::string all = std::to_string(record.line - lines_before);
  for (const std::string_view text :
       {record.message, record.application, record.pod_name, record.container_name, record.stream}) {
    CHECK(is_utf8(text));
    all += '\n';
    all += std::to_string(text.size());
    all += text;
  }
  for (const auto& at : {record.at, record.ingested_at}) {
    all += '@';
    if (at.has_value()) all += std::to_string(at->nanoseconds);
  }
  return all;
}

Read read_all(std::string_view text, std::size_t step, std::uint64_t lines_before = 0,
              std::size_t line_bytes_max = 1U << 20U) {
  SlowSource source(text, step);
  RecordReader reader(source, {.line_bytes_max = line_bytes_max});
  Read read;
  while (true) {
    const auto record = reader.next();
    if (!record.ok() || *record == nullptr) break;
    if ((*record)->line > lines_before) read.records.push_back(kept(**record, lines_before));
  }
  read.not_json = reader.counts().not_json;
  return read;
}

std::string own_line() {
  const RecordFrame frame(
      {.namespace_name = "n", .application = "a", .pod_name = "p", .container_name = "c"});
  const Record record{.at = Timestamp{1'756'553'221'564'974'123}, .message = "m"};
  std::vector<char> into(frame.bytes_max(record.message.size()));
  return {into.data(), frame.encode(record, into.data())};
}

void check_against_dom(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::element read;
  const simdjson::error_code parsed = parser.parse(line.data(), line.size()).get(read);
  const bool is_taken = read_all(line, line.size()).not_json == 0;
  if (parsed == simdjson::SUCCESS) {
    const bool is_record = read.is_object() || read.is_array();
    const auto opened =
        std::count_if(line.begin(), line.end(), [](char byte) { return byte == '[' || byte == '{'; });
    CHECK(is_taken == is_record || (is_record && opened > JsonLine::kDepthMax));
  } else if (is_taken && parsed != simdjson::EMPTY) {
    // What simdjson refuses and we do not: see json_line.h.
    CHECK(parsed == simdjson::NUMBER_ERROR || parsed == simdjson::STRING_ERROR ||
          parsed == simdjson::UTF8_ERROR);
  }
}

}  // namespace
}  // namespace headgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Read whole = read_all(input, size + 1);
  CHECK(whole.records == read_all(input, 7).records);
  // Lines over the limit, too, read alike however their bytes come.
  CHECK(read_all(input, size + 1, 0, 20).records == read_all(input, 7, 0, 20).records);
  const std::string behind_ours = own_line() + std::string(input);
  CHECK(whole.records == read_all(behind_ours, behind_ours.size(), 1).records);
  if (input.find('\n') == std::string_view::npos) check_against_dom(input);
  return 0;
}
