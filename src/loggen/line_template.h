// A fake line as a pattern: literal text with fields in angle brackets, read once, written millions of times.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "loggen/chance.h"
#include "loggen/fleet.h"
#include "loggen/time_text.h"

namespace headgate::loggen {

// What the fields of one line are filled from.
struct LineContext {
  const Pod& pod;
  std::string_view container;
  std::uint64_t sequence = 0;
  const TimeText& time;
  Chance& chance;
};

// The longest names of a fleet, in bytes.
struct NameWidths {
  std::size_t namespace_bytes = 0;
  std::size_t application_bytes = 0;
  std::size_t pod_bytes = 0;
  std::size_t container_bytes = 0;
};
NameWidths widths_of(const Fleet& fleet);

// Fields: <seq> <namespace> <application> <pod> <container> · <uuid> <hex> (16 digits) <ip> <number> (0 to
// 9999) <milli> (three digits) · the times, named as in TimeForm: <iso_second> <iso_milli> <iso_micro>
// <iso_nano> <python> <unix_micro> <unix_milli> <klog> <go> <go_micro> <access_log> · one word of a list:
// <level> <LEVEL> <klog_level> <pino_level> <method> <path> <status> <logger> <source> <thread> <verb>
// <resource> <agent> <failure>.
class FieldSequence {
 public:
  FieldSequence() = default;
  // `pattern` lives as long as this. A field of another name is our own mistake.
  explicit FieldSequence(std::string_view pattern);

  // Writes at most bytes_max() bytes and gives the end.
  char* write(const LineContext& line, char* into) const;
  std::size_t bytes_max(const NameWidths& widths) const;

 private:
  enum class Kind : std::uint8_t {
    Literal,
    Sequence,
    Namespace,
    Application,
    PodName,
    ContainerName,
    Uuid,
    Hex,
    Ip,
    Number,
    Milli,
    Time,
    Word,
  };
  struct Piece {
    Kind kind = Kind::Literal;
    TimeForm form = TimeForm::IsoNano;             // of a Time
    std::string_view text = {};                    // of a Literal
    std::span<const std::string_view> words = {};  // of a Word
  };
  static Piece field_named(std::string_view name);
  static char* write_piece(const Piece& piece, const LineContext& line, char* into);

  std::vector<Piece> pieces_;
};

// A line whose length can be chosen: <text> is where the filler goes.
struct LineTemplate {
  // `pattern` lives as long as this and holds <text> exactly once.
  explicit LineTemplate(std::string_view pattern);

  FieldSequence before;
  FieldSequence after;
};

}  // namespace headgate::loggen
