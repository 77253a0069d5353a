#include "model/record_reader.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "model/array_scan.h"
#include "model/json_line.h"
#include "model/line_reader.h"
#include "model/own_line.h"

namespace headgate {
namespace {

static_assert(LineReader::kReadableBeyond >= JsonLine::kReadableBeyond);

// Of a line that is too long to be one record: its text comes in records of this size. As many bytes as an
// agent's longest line may have, so that a destination that writes it anew can read it again.
constexpr std::size_t kTextPieceBytes = 1U << 20U;

bool is_blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; });
}

}  // namespace

class RecordReader::Impl {
 public:
  Impl(ByteSource& source, Options options) : lines_(source, {.line_bytes_max = options.line_bytes_max}) {}

  Result<const ReadRecord*> next() {
    while (!(is_in_json_ && json_line_.next(record_, counts_))) {
      is_in_json_ = false;
      if (part_ == Part::Lines) {
        const std::optional<std::string_view> line = TRY(lines_.next());
        if (!line.has_value()) return nullptr;
        counts_.lines = lines_.lines();
        if (lines_.end() == LineReader::End::Line ? read_line(*line) : begin_long_line(*line)) break;
      } else if (part_ == Part::Array) {
        if (TRY(read_element())) break;
      } else if (TRY(read_text())) {
        break;
      }
    }
    ++counts_.records;
    record_.line = counts_.lines;
    return &record_;
  }

  const ReadCounts& counts() const { return counts_; }

 private:
  // What is being read.
  enum class Part : std::uint8_t {
    Lines,
    Array,    // of a line over the limit, or cut off by damage: an array, element by element
    Element,  // of that array an element over the limit, as text
    Text,     // the rest of a line over the limit, as text
  };

  // True when it gave a record; else what there is of it is in json_line_.
  bool read_line(std::string_view line) {
    if (own_line_.read(line, record_)) return true;
    if (is_blank_line(line)) return false;
    is_in_json_ = json_line_.start(line);
    if (is_in_json_) {
      own_line_.learn(line);
      return false;
    }
    give_text(line);
    return true;
  }

  bool begin_long_line(std::string_view piece) {
    piece_ = piece;
    if (begins_array(piece)) {
      piece_.remove_prefix(piece.find('[') + 1);
      part_ = Part::Array;
    } else if (lines_.end() == LineReader::End::Limit) {
      part_ = Part::Text;
    }
    return false;  // a line that is cut off by damage is no record
  }

  // The next piece of the line, which begins with what was left of this one. False: there is none.
  Result<bool> read_on() {
    if (lines_.end() == LineReader::End::Line) {
      part_ = Part::Lines;
      return false;
    }
    lines_.give_back(piece_.size());
    piece_ = {};
    const std::optional<std::string_view> piece = TRY(lines_.next());
    if (piece) piece_ = *piece;
    if (!piece) part_ = Part::Lines;
    return piece.has_value();
  }

  Result<bool> read_element() {
    scan_.begin_element();
    const std::size_t end = scan_.find_end(piece_);
    if (end != std::string_view::npos) {
      const std::string_view element = piece_.substr(0, end);
      if (piece_[end] == ']') part_ = Part::Text;  // what may follow on the line
      piece_.remove_prefix(end + 1);
      return give_element(element);
    }
    const std::size_t left = piece_.size();
    if (lines_.end() == LineReader::End::Line) {  // the array has no end
      part_ = Part::Text;
      return false;
    }
    if (!TRY(read_on())) return false;
    if (piece_.size() > left || lines_.end() == LineReader::End::Line) return false;
    scan_.begin_element();
    part_ = Part::Element;  // all of a piece is not enough for it
    return false;
  }

  bool give_element(std::string_view element) {
    if (is_blank_line(element)) return false;
    // As an array of one: so it means what it means in an array on a shorter line.
    element_.assign(1, '[').append(element).append(1, ']');
    const std::size_t bytes = element_.size();
    element_.resize(bytes + LineReader::kReadableBeyond, ' ');
    is_in_json_ = json_line_.start(std::string_view(element_).substr(0, bytes));
    if (!is_in_json_) give_text(std::string_view(element_).substr(1, bytes - 2));
    return !is_in_json_;
  }

  // A piece of what is too long to be one record.
  Result<bool> read_text() {
    if (piece_.size() < kTextPieceBytes && lines_.end() == LineReader::End::Limit) {
      if (!TRY(read_on())) return false;
    }
    std::string_view text = piece_.substr(0, kTextPieceBytes);
    const bool is_cut = text.size() < piece_.size() || lines_.end() == LineReader::End::Limit;
    const std::size_t whole = is_cut ? whole_characters(text) : text.size();
    if (whole > 0) text = text.substr(0, whole);
    if (part_ == Part::Element) {
      const std::size_t end = scan_.find_end(text);
      if (end != std::string_view::npos) {
        text = text.substr(0, end);
        part_ = piece_[end] == ']' ? Part::Text : Part::Array;
        piece_.remove_prefix(end + 1);
        if (is_blank_line(text)) return false;
        give_text(text);
        return true;
      }
    }
    piece_.remove_prefix(text.size());
    if (piece_.empty() && lines_.end() != LineReader::End::Limit) part_ = Part::Lines;
    if (is_blank_line(text)) return false;
    give_text(text);
    return true;
  }

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
  bool is_in_json_ = false;  // json_line_ may hold more records
  Part part_ = Part::Lines;
  std::string_view piece_;  // of a line over the limit: what is not read of it yet
  ArrayScan scan_;
  std::string element_;
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
