#include "model/record_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/pages.h"
#include "base/utf8.h"
#include "model/json_line.h"
#include "model/line_reader.h"
#include "model/own_line.h"
#include "model/text/array_scan.h"

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
  Impl(ByteSource& source, Options options)
      : options_(std::move(options)),
        small_bytes_max_(std::min(kLargeLineBytes, options_.line_bytes_max)),
        text_bytes_max_(std::min(kTextPieceBytes, options_.line_bytes_max)),
        lines_(source, {.line_bytes_max = small_bytes_max_}) {}
  ~Impl() {
    if (is_large_ && options_.large_lines != nullptr) options_.large_lines->end();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<const ReadRecord*> next() {
    if (kept_.size() > 0) kept_ = Pages();
    while (!(is_in_json_ && json_line_.next(record_, counts_))) {
      is_in_json_ = false;
      if (is_large_ && !is_large_ahead_) end_large();
      if (part_ == Part::Lines) {
        const std::optional<std::string_view> line = TRY(lines_.next());
        is_large_ahead_ = false;
        if (!line.has_value()) return nullptr;
        counts_.lines = lines_.lines();
        if (lines_.end() == LineReader::End::Line) {
          if (read_line(*line)) break;
        } else {
          TRY(begin_long_line(*line));
        }
      } else if (part_ == Part::Array) {
        if (TRY(read_element())) break;
      } else if (TRY(read_text())) {
        break;
      }
    }
    ++counts_.records;
    record_.line = counts_.lines;
    if (is_large_) keep_record();
    return &record_;
  }

  const ReadCounts& counts() const { return counts_; }

 private:
  // What is being read.
  enum class Part : std::uint8_t {
    Lines,
    Array,    // of a large line, or one cut off by damage: an array, element by element
    Element,  // of that array an element over the limit, as text
    Text,     // the rest of a line over the limit, as text
  };

  // True when it gave a record; else what there is of it is in json_line_.
  bool read_line(std::string_view line) {
    if (own_line_.read(line, record_)) return true;
    if (is_blank_line(line)) return false;
    is_in_json_ = json_line_.start(line);
    if (!is_in_json_) give_text(line);
    return !is_in_json_;
  }

  Result<> begin_long_line(std::string_view piece) {
    piece_ = piece;
    if (begins_array(piece)) {
      piece_.remove_prefix(piece.find('[') + 1);
      part_ = Part::Array;
    } else if (lines_.end() == LineReader::End::Limit) {
      if (line_bytes_max_ == options_.line_bytes_max) {
        begin_text(Part::Text);
      } else {
        give_piece_back();
        TRY(begin_large(options_.line_bytes_max));
      }
    }
    return {};  // a line that is cut off by damage is no record
  }

  void begin_text(Part part) {
    is_large_ahead_ = false;
    scanned_bytes_ = 0;
    part_ = part;
    limit_lines_to(text_bytes_max_);
  }

  void limit_lines_to(std::size_t bytes) {
    line_bytes_max_ = bytes;
    lines_.set_line_bytes_max(bytes);
  }

  // What is given next begins with all that is left of this piece.
  void give_piece_back() {
    lines_.give_back(piece_.size());
    piece_ = {};
  }

  // Waits for the turn, unless it is ours already. What is read from then on may be so large.
  Result<> begin_large(std::size_t bytes) {
    if (!is_large_ && options_.large_lines != nullptr) TRY(options_.large_lines->begin(options_.stop));
    is_large_ = is_large_ahead_ = true;
    limit_lines_to(bytes);
    return {};
  }

  // Gives the memory of a large line back, and the turn, unless much of a line is still held.
  void end_large() {
    if (!piece_.empty()) {
      if (piece_.size() > kTextPieceBytes || lines_.end() == LineReader::End::Damaged) return;
      give_piece_back();
    }
    const bool is_text = part_ == Part::Text || part_ == Part::Element;
    limit_lines_to(is_text ? text_bytes_max_ : small_bytes_max_);
    own_line_.give_memory_back();
    json_line_.give_memory_back();
    lines_.give_memory_back();
    element_ = std::string();
    text_ = std::string();
    is_large_ = false;
    if (options_.large_lines != nullptr) options_.large_lines->end();
  }

  // The only record of a large line, or of a large element, is copied, so that what follows (its delivery
  // may take minutes) holds up nobody who waits for the turn.
  void keep_record() {
    if (is_in_json_ && part_ == Part::Lines && json_line_.may_have_more()) return;
    std::string_view* const texts[] = {&record_.message, &record_.application, &record_.pod_name,
                                       &record_.container_name, &record_.stream};
    std::size_t bytes = 0;
    for (const std::string_view* text : texts) bytes += text->size();
    if (bytes > kKeptBytesMax) return;
    kept_ = Pages(bytes + 1);
    char* into = kept_.data();
    for (std::string_view* text : texts) {
      std::copy(text->begin(), text->end(), into);
      *text = {into, text->size()};
      into += text->size();
    }
    is_in_json_ = false;
    end_large();
  }

  // The next piece of the line, which begins with what was left of this one. False: there is none.
  Result<bool> read_on() {
    if (lines_.end() == LineReader::End::Line) {
      part_ = Part::Lines;
      return false;
    }
    give_piece_back();
    const std::optional<std::string_view> piece = TRY(lines_.next());
    if (piece) piece_ = *piece;
    if (!piece) part_ = Part::Lines;
    return piece.has_value();
  }

  Result<bool> read_element() {
    if (scanned_bytes_ > piece_.size()) scanned_bytes_ = 0;  // the piece is a shorter one
    if (scanned_bytes_ == 0) scan_.begin_element();
    const std::size_t left = piece_.size();
    std::size_t end = scan_.find_end(piece_.substr(scanned_bytes_));
    if (end != std::string_view::npos) {
      end += std::exchange(scanned_bytes_, 0);
      is_large_ahead_ = false;
      const std::string_view element = piece_.substr(0, end);
      if (piece_[end] == ']') begin_text(Part::Text);  // what may follow on the line
      piece_.remove_prefix(end + 1);
      return give_element(element);
    }
    scanned_bytes_ = left;
    if (lines_.end() == LineReader::End::Line) {  // the array has no end
      begin_text(Part::Text);
      return false;
    }
    if (!TRY(read_on())) return false;
    if (piece_.size() > left || lines_.end() == LineReader::End::Line) return false;
    if (line_bytes_max_ < options_.line_bytes_max) {  // a large element
      // By little: what is read beyond the element waits until it is delivered.
      TRY(begin_large(std::min(line_bytes_max_ + kTextPieceBytes, options_.line_bytes_max)));
      return false;
    }
    scan_.begin_element();
    begin_text(Part::Element);  // all of a piece is not enough for it
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
        if (piece_[end] == ']') {
          begin_text(Part::Text);
        } else {
          part_ = Part::Array;
          limit_lines_to(small_bytes_max_);
        }
        piece_.remove_prefix(end + 1);
        if (is_blank_line(text)) return false;
        give_text(text);
        return true;
      }
    }
    piece_.remove_prefix(text.size());
    if (piece_.empty() && lines_.end() != LineReader::End::Limit) {
      part_ = Part::Lines;
      limit_lines_to(small_bytes_max_);
    }
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

  const Options options_;
  const std::size_t small_bytes_max_;  // a longer line is large
  const std::size_t text_bytes_max_;
  std::size_t line_bytes_max_ = small_bytes_max_;  // of what is read now
  LineReader lines_;
  OwnLine own_line_;
  JsonLine json_line_;
  bool is_in_json_ = false;      // json_line_ may hold more records
  bool is_large_ = false;        // what is read is large, and it is our turn
  bool is_large_ahead_ = false;  // and it is not read yet
  Part part_ = Part::Lines;
  std::string_view piece_;  // of a line over the limit: what is not read of it yet
  ArrayScan scan_;
  std::size_t scanned_bytes_ = 0;  // of piece_, which begins an element, without finding its end
  std::string element_;
  std::string text_;
  Pages kept_;  // what the record consists of that a large line gave
  ReadRecord record_;
  ReadCounts counts_;
};

RecordReader::RecordReader(ByteSource& source, Options options)
    : impl_(std::make_unique<Impl>(source, std::move(options))) {}
RecordReader::~RecordReader() = default;

Result<const ReadRecord*> RecordReader::next() {
  return impl_->next();
}
const ReadCounts& RecordReader::counts() const {
  return impl_->counts();
}

}  // namespace headgate
