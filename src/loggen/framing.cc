#include "loggen/framing.h"

#include <array>
#include <cstring>
#include <string_view>

namespace headgate::loggen {
namespace {

char* put(std::string_view text, char* into) {
  std::memcpy(into, text.data(), text.size());
  return into + text.size();
}

}  // namespace

void Framer::append(const Line& line, std::string& buffer) {
  if (framing_ == Framing::Cri) return append_cri(line, buffer);
  buffer.append(line.message);
  buffer.push_back('\n');
}

void Framer::append_cri(const Line& line, std::string& buffer) {
  constexpr std::string_view kStdout = " stdout ";
  constexpr std::string_view kStderr = " stderr ";
  std::array<char, TimeText::kBytesMax + kStdout.size() + 2> start;
  time_.set(line.at);
  char* const tag =
      put(line.stream == Stream::Stdout ? kStdout : kStderr, time_.write(TimeForm::GoNano, start.data()));
  tag[1] = ' ';
  const auto start_bytes = static_cast<std::size_t>(tag + 2 - start.data());

  std::string_view left = line.message;
  for (; left.size() > kFragmentBytesMax; left.remove_prefix(kFragmentBytesMax)) {
    *tag = 'P';
    buffer.append(start.data(), start_bytes);
    buffer.append(left.substr(0, kFragmentBytesMax));
    buffer.push_back('\n');
  }
  *tag = 'F';
  buffer.append(start.data(), start_bytes);
  buffer.append(left);
  buffer.push_back('\n');
}

}  // namespace headgate::loggen
