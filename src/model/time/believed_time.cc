#include "model/time/believed_time.h"

#include <array>

namespace headgate {
namespace {

constexpr int kQuarterMinutes = 15;
constexpr int kEarliestQuarter = -12 * 4;
constexpr int kLatestQuarter = 14 * 4;
constexpr std::size_t kQuarters = kLatestQuarter - kEarliestQuarter + 1;

// As the IANA time zone database of 2024 has them: besides whole hours -9:30 (Marquesas), -3:30 and -2:30
// (Newfoundland), +3:30 (Tehran), +4:30 (Kabul), +5:30 (Kolkata), +5:45 (Kathmandu), +6:30 (Yangon), +8:45
// (Eucla), +9:30 (Darwin), +10:30 (Adelaide, Lord Howe), +12:45 and +13:45 (Chatham).
constexpr std::array<bool, kQuarters> quarters_in_use() {
  std::array<bool, kQuarters> found{};
  for (int hour = -12; hour <= 14; ++hour)
    found[static_cast<std::size_t>(hour * 4 - kEarliestQuarter)] = true;
  for (const int minutes : {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825}) {
    found[static_cast<std::size_t>(minutes / kQuarterMinutes - kEarliestQuarter)] = true;
  }
  return found;
}
constexpr std::array<bool, kQuarters> kInUse = quarters_in_use();

}  // namespace

bool is_offset_in_use(std::chrono::minutes offset) {
  if (offset.count() % kQuarterMinutes != 0) return false;
  const std::int64_t quarter = offset.count() / kQuarterMinutes - kEarliestQuarter;
  return quarter >= 0 && quarter < std::int64_t{kQuarters} && kInUse[static_cast<std::size_t>(quarter)];
}

Timestamp BelievedTime::utc_of_local(Timestamp written) const {
  constexpr std::chrono::nanoseconds kQuarter = std::chrono::minutes{kQuarterMinutes};
  constexpr std::chrono::hours kFurthest{15};
  const std::chrono::nanoseconds ahead = written - runtime_time_;
  if (ahead < -kFurthest || ahead > kFurthest) return written;
  // Offsets are at least 15 minutes apart, and what may be left over spans less: at most one fits.
  const std::chrono::nanoseconds most = ahead + kLocalDelayMax;
  const std::int64_t quarters = most / kQuarter - (most % kQuarter < most.zero() ? 1 : 0);
  const std::chrono::minutes offset{quarters * kQuarterMinutes};
  const bool is_local = ahead - offset <= kLocalLeadMax && is_offset_in_use(offset);
  return is_local ? written - offset : written;
}

}  // namespace headgate
