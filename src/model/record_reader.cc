#include "model/record_reader.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "model/json_line.h"
#include "model/line_reader.h"
#include "model/own_line.h"

namespace headgate {
namespace {

static_assert(LineReader::kReadableBeyond >= JsonLine::kReadableBeyond);

bool is_blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; });
}

}  // namespace

class RecordReader::Impl {
 public:
  Impl(ByteSource& source, Options options) : lines_(source, {.line_bytes_max = options.line_bytes_max}) {}

  Result<const ReadRecord*> next() {
    while (!(is_in_json_line_ && json_line_.next(record_, counts_))) {
      is_in_json_line_ = false;
      const std::optional<std::string_view> line = TRY(lines_.next());
      if (!line.has_value()) return nullptr;
      counts_.lines = lines_.lines();
      if (own_line_.read(*line, record_)) break;
      if (is_blank_line(*line)) continue;
      is_in_json_line_ = json_line_.start(*line);
      if (is_in_json_line_) {
        own_line_.learn(*line);
        continue;
      }
      give_text(*line);
      break;
    }
    ++counts_.records;
    record_.line = counts_.lines;
    return &record_;
  }

  const ReadCounts& counts() const { return counts_; }

 private:
  void give_text(std::string_view line) {
    ++counts_.not_json;
    record_ = ReadRecord{};
    record_.message = line;
    if (is_utf8(line)) return;
    text_.clear();
    append_as_utf8(text_, line);
    record_.message = text_;
  }

  LineReader lines_;
  OwnLine own_line_;
  JsonLine json_line_;
  bool is_in_json_line_ = false;  // it may hold more records
  std::string text_;
  ReadRecord record_;
  ReadCounts counts_;
};

RecordReader::RecordReader(ByteSource& source, Options options)
    : impl_(std::make_unique<Impl>(source, options)) {}
RecordReader::~RecordReader() = default;

Result<const ReadRecord*> RecordReader::next() {
  return impl_->next();
}
const ReadCounts& RecordReader::counts() const {
  return impl_->counts();
}

}  // namespace headgate
