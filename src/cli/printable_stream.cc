#include "cli/printable_stream.h"

#include "base/printable_text.h"
#include "base/utf8.h"

namespace headgate::cli {

namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{16} << 10U;

}  // namespace

void PrintableBuffer::write_whole_characters() {
  const std::size_t whole = whole_characters(waiting_);
  target_ << printable(std::string_view(waiting_).substr(0, whole));
  waiting_.erase(0, whole);
}

void PrintableBuffer::flush_all() {
  target_ << printable(waiting_);
  waiting_.clear();
  target_.flush();
}

PrintableBuffer::int_type PrintableBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char byte = traits_type::to_char_type(character);
  return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
}

std::streamsize PrintableBuffer::xsputn(const char* text, std::streamsize count) {
  waiting_.append(text, static_cast<std::size_t>(count));
  if (waiting_.size() >= kWaitingBytesMax || waiting_.find('\n') != std::string::npos)
    write_whole_characters();
  return target_ ? count : 0;
}

int PrintableBuffer::sync() {
  write_whole_characters();
  target_.flush();
  return target_ ? 0 : -1;
}

void write_as_it_is(std::ostream& output, std::string_view bytes, MayObey obey) {
  auto* const buffer = dynamic_cast<PrintableBuffer*>(output.rdbuf());
  if (buffer == nullptr || (buffer->is_terminal() && obey == MayObey::Nothing)) {
    output << bytes;
    return;
  }
  buffer->flush_all();
  buffer->target() << bytes;
}

}  // namespace headgate::cli
