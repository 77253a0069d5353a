// Lines through the joiner, by any preset and with narrow bounds: joined or not, they come out as they went
// in, each stream in its order, and what is held begins where it says.
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "collect/tail/record_joiner.h"

namespace headgate::collect {
namespace {

const MultilinePattern& pattern_of(std::uint8_t choice) {
  static const std::vector<MultilinePattern> patterns = [] {
    std::vector<MultilinePattern> made;
    for (const std::string_view name : MultilinePattern::preset_names())
      made.push_back(*MultilinePattern::preset(name));
    made.push_back(MultilinePattern::starting_with({"^[^ ]"}).value());
    return made;
  }();
  return patterns[choice % patterns.size()];
}

struct Lines {
  std::string in;
  std::string out;
};

void take_out(std::span<const Record> given, std::array<Lines, 2>& lines) {
  for (const Record& record : given) {
    lines[static_cast<std::size_t>(record.stream)].out.append(record.message).push_back('\n');
  }
}

}  // namespace
}  // namespace headgate::collect

// The first byte chooses the pattern; a line that begins with a tilde is one of standard error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  using namespace headgate::collect;
  if (size == 0) return 0;
  RecordJoiner joiner({.pattern = &pattern_of(data[0]), .bytes_max = 200, .lines_max = 7});
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  std::array<Lines, 2> lines;
  for (std::uint64_t offset = 0; !rest.empty(); ++offset) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const Stream stream = line.starts_with('~') ? Stream::Stderr : Stream::Stdout;
    if (stream == Stream::Stderr) line.remove_prefix(1);
    lines[static_cast<std::size_t>(stream)].in.append(line).push_back('\n');
    const Record record{.message = line, .stream = stream};
    const PieceOrigin origin{.file = offset / 5, .offset = offset};
    take_out(joiner.take({&record, 1}, {&origin, 1}), lines);
    const auto held = joiner.offset_in(stream, origin.file);
    CHECK(held.has_value() == joiner.holds(stream) && (!held || *held <= offset));
  }
  for (const Stream stream : {Stream::Stdout, Stream::Stderr})
    take_out(joiner.take_last(stream, {}, {}), lines);
  for (const Lines& of_stream : lines) CHECK(of_stream.in == of_stream.out);
  return 0;
}
