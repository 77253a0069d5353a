// The times in fake lines, in the forms that programs and container runtimes write.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/time/timestamp.h"

namespace headgate::loggen {

enum class TimeForm : std::uint8_t {
  IsoSecond,  // 2025-08-30T11:27:01Z
  IsoMilli,   // 2025-08-30T11:27:01.564Z
  IsoMicro,   // 2025-08-30T11:27:01.564974Z
  IsoNano,    // 2025-08-30T11:27:01.564974123Z
  GoNano,     // as IsoNano without the fraction's last zeros, Go's time.RFC3339Nano: what containerd writes
  Python,     // 2025-08-30 11:27:01,564
  UnixMicro,  // 1756553221.564974
  UnixMilli,  // 1756553221564
  Klog,       // 0830 11:27:01.564974
  Go,         // 2025/08/30 11:27:01
  GoMicro,    // 2025/08/30 11:27:01.564974
  AccessLog,  // 30/Aug/2025:11:27:01 +0000
};

// The lines of one second share their date, so that only the fraction is rendered for each line.
// One thread. Times from 1970 on, four-digit years.
class TimeText {
 public:
  static constexpr std::size_t kBytesMax = 32;

  void set(Timestamp at);
  // Writes at most kBytesMax bytes and gives the end.
  char* write(TimeForm form, char* into) const;

 private:
  char* write_iso(int digits, char* into) const;
  char* write_nano_trimmed(char* into) const;

  std::int64_t second_ = -1;
  std::uint32_t nanosecond_ = 0;
  std::array<char, 20> date_and_time_{};  // 2025-08-30T11:27:01
  std::array<char, 24> access_log_{};     // 30/Aug/2025:11:27:01
  std::array<char, 20> unix_{};           // 1756553221
  std::size_t unix_bytes_ = 0;
};

}  // namespace headgate::loggen
