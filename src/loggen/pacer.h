// Keeps fake lines at a set rate. Pure: time is an argument.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/deadline.h"

namespace headgate::loggen {

constexpr std::uint64_t kRateMax = 100'000'000;  // lines a second
// How often a paced writer wakes: seldom enough to cost nothing, often enough to look like a steady stream.
constexpr std::chrono::milliseconds kPacingSlice{10};

// Line i is due i/rate seconds after the start. Who falls behind catches up at most one second's worth; what
// is older is never written, as a program that waits on a full pipe prints later, not more.
class Pacer {
 public:
  // `rate` in lines a second, 1 to kRateMax.
  Pacer(std::uint64_t rate, SteadyTime start) : rate_(rate), start_(start) {}

  // Lines to write now. Moves the start when we are more than a second behind.
  std::uint64_t due(SteadyTime now);
  void took(std::uint64_t lines) { taken_ += lines; }
  // When the line that follows `ahead` lines after those taken is due.
  SteadyTime due_at(std::uint64_t ahead = 0) const { return start_ + offset_of(taken_ + ahead, rate_); }
  // How long to rest once nothing is due.
  std::chrono::nanoseconds rest(SteadyTime now) const;
  // How far the start was moved in all.
  std::chrono::nanoseconds behind() const { return behind_; }

  // line/rate seconds, rounded up to nanoseconds.
  static std::chrono::nanoseconds offset_of(std::uint64_t line, std::uint64_t rate);

 private:
  std::uint64_t due_in_all(SteadyTime now) const;

  std::uint64_t rate_;
  SteadyTime start_;
  std::uint64_t taken_ = 0;
  std::chrono::nanoseconds behind_{0};
};

}  // namespace headgate::loggen
