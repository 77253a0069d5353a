// Stops calling a destination that does not answer, and looks again after a while, ever more rarely.
// Tests: src/deliver/gate_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/deadline.h"

namespace headgate::deliver {

// How a call failed. Silent: it took long, and so will the next.
enum class Failure : std::uint8_t { Soon, Silent };

// One thread. Pure: time is an argument.
class Breaker {
 public:
  static constexpr std::uint32_t kSilentWeight = 4;  // of one that failed soon

  struct Options {
    std::uint32_t weight_max = 8;  // of failures in a row: then it opens
    std::chrono::milliseconds open_first{15'000};
    // So late is a destination noticed that works again: one that at least answers, and one that does not,
    // where each look holds a thread until its time-out.
    std::chrono::milliseconds open_longest{60'000};
    std::chrono::milliseconds silent_longest{600'000};
    std::chrono::milliseconds probe_max{
        120'000};  // after which a probe that has said nothing is not waited for
    std::chrono::milliseconds probe_wait{5'000};  // when to ask again while another looks
  };
  explicit Breaker(Options options) : options_(options) {}

  struct Permit {
    std::optional<std::chrono::milliseconds> wait =
        {};                   // none: the caller may call. Else how long a try would fail
    std::uint64_t probe = 0;  // the number of this probe; 0: not a probe
  };
  // After an open time one caller goes on, to see; the others wait for what it finds. Its probe ends with the
  // next success or failure, or is given back: then the next caller looks.
  Permit ask(SteadyTime now);
  void give_back(std::uint64_t probe);
  void succeeded();
  void failed(SteadyTime now, Failure how);
  bool is_open() const { return weight_ >= options_.weight_max; }
  bool is_probing(SteadyTime now) const { return probe_ != 0 && now < probing_until_; }

 private:
  const Options options_;
  std::uint32_t weight_ = 0;  // of failures in a row
  std::uint32_t opened_ = 0;  // how often, in a row
  SteadyTime open_until_ = kLongAgo;
  std::uint64_t probe_ = 0;  // under way; 0: none
  std::uint64_t probes_ = 0;
  SteadyTime probing_until_ = kLongAgo;
};

}  // namespace headgate::deliver
