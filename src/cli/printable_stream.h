// Standard output and error of a command, through which nothing passes that a terminal would obey
// (base/printable_text.h). Names of tenants, keys, reasons and errors of other services are other people's
// text, wherever a command writes them.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace headgate::cli {

// One thread. Writes to `target` when it is flushed, is full, or ends.
class PrintableBuffer : public std::streambuf {
 public:
  explicit PrintableBuffer(std::ostream& target, bool is_terminal)
      : target_(target), is_terminal_(is_terminal) {}
  ~PrintableBuffer() override { flush_all(); }
  PrintableBuffer(const PrintableBuffer&) = delete;
  PrintableBuffer& operator=(const PrintableBuffer&) = delete;

  std::ostream& target() { return target_; }
  bool is_terminal() const { return is_terminal_; }
  // All that was written so far, also a character of which only the beginning is there.
  void flush_all();

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;

 private:
  void write_whole_characters();

  std::ostream& target_;
  const bool is_terminal_;
  std::string waiting_;
};

// Bytes as they are: what a command was asked to give out (a message's body) when it does not go to a
// terminal, and what we ourselves tell a terminal. `MayObey::Nothing`: on a terminal they are shown like any
// other text.
enum class MayObey { Nothing, Ours };
void write_as_it_is(std::ostream& output, std::string_view bytes, MayObey obey);

}  // namespace headgate::cli
