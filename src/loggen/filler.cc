#include "loggen/filler.h"

#include <algorithm>
#include <cstring>

#include "loggen/formats.h"
#include "loggen/line_template.h"
#include "loggen/time_text.h"

namespace headgate::loggen {
namespace {

constexpr std::size_t kPoolBytes = 192 * 1024;  // six gzip windows, and still in a core's second-level cache

}  // namespace

Filler::Filler(const Fleet& fleet, Chance& chance) {
  std::vector<FieldSequence> phrases;
  std::size_t bytes_max = 0;
  for (const std::string_view pattern : phrase_patterns()) {
    phrases.emplace_back(pattern);
    bytes_max = std::max(bytes_max, phrases.back().bytes_max(widths_of(fleet)));
  }
  const TimeText no_time;  // phrases hold none
  const LineContext context{
      .pod = fleet.pods.front(), .container = {}, .sequence = 0, .time = no_time, .chance = chance};
  std::string phrase(bytes_max, ' ');
  while (pool_.size() < kPoolBytes) {
    phrase_starts_.push_back(static_cast<std::uint32_t>(pool_.size()));
    const char* end = chance.one_of(std::span<const FieldSequence>(phrases)).write(context, phrase.data());
    pool_.append(phrase.data(), static_cast<std::size_t>(end - phrase.data()));
    pool_ += ", ";
  }
}

char* Filler::write(std::size_t bytes, Chance& chance, char* into) const {
  std::size_t at = chance.one_of(std::span<const std::uint32_t>(phrase_starts_));
  while (bytes > 0) {
    const std::size_t taken = std::min(bytes, pool_.size() - at);
    std::memcpy(into, pool_.data() + at, taken);
    into += taken;
    bytes -= taken;
    at = 0;
  }
  return into;
}

}  // namespace headgate::loggen
