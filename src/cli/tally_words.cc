#include "cli/tally_words.h"

#include <cstdint>
#include <ostream>
#include <utility>

#include "cli/exit_status.h"

namespace headgate::cli {

std::string_view word_of(const process::Tally& tally) {
  if (tally.lost + tally.lost_before > 0) return "lost";
  if (tally.refused > 0) return "refused";
  if (tally.parked + tally.parked_before > 0) return "parked";
  if (tally.later > 0) return "not done";
  if (tally.delivered > 0) return "done";
  if (tally.delivered_before > 0) return "done before";
  if (tally.filtered + tally.filtered_before > 0) return "filtered";
  return tally.disabled > 0 ? "disabled" : "nothing to do";
}

std::string numbers_of(const process::Tally& tally) {
  const std::pair<std::string_view, std::uint32_t> kNumbers[] = {
      {"delivered", tally.delivered},
      {"filtered", tally.filtered},
      {"parked", tally.parked},
      {"lost", tally.lost},
      {"not done, may work later", tally.later},
      {"refused: the key cannot be understood", tally.refused},
      {"its tenant has nothing enabled", tally.disabled},
      {"delivered before", tally.delivered_before},
      {"filtered before", tally.filtered_before},
      {"parked before", tally.parked_before},
      {"lost before", tally.lost_before}};
  std::string text;
  for (const auto& [name, number] : kNumbers) {
    if (number == 0) continue;
    if (!text.empty()) text += ", ";
    text.append(name).append(" ").append(std::to_string(number));
  }
  return text;
}

int exit_status_of(const process::Tally& tally) {
  if (tally.lost + tally.lost_before > 0) return kExitLost;
  const bool is_left = tally.refused + tally.parked + tally.parked_before + tally.later > 0;
  return is_left ? kExitLeft : 0;
}

void tell_of_parked(std::ostream& output, const process::Tally& tally) {
  if (tally.parked + tally.parked_before == 0) return;
  output << "To see what is parked and why, run: headgate undelivered list --kind=parked\n";
}

}  // namespace headgate::cli
