// What goes wrong in a simulation, and when: all of it follows from a seed, so that a failing run can be
// run again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/random.h"

namespace headgate::sim {

// The end of a process in the middle of a port call. Not a std::exception: our code cannot catch it.
struct Crash {};

// A small seeded generator (SplitMix64).
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t chances) { return chances > 0 && below(chances) == 0; }

 private:
  std::uint64_t state_;
};

struct FaultPlan {
  std::uint64_t seed = 1;
  // Port calls are counted; at this one the calling process dies, before or after the call took effect.
  std::uint64_t crash_at = 0;  // 0 = never
  bool crash_after_effect = false;
  // One call in so many is refused; one in so many takes effect and its reply is lost; one in so many kills.
  // 0 = none.
  std::uint64_t refuse_one_in = 0;
  std::uint64_t lose_reply_one_in = 0;
  std::uint64_t crash_one_in = 0;

  std::string how_to_replay() const {
    return "seed " + std::to_string(seed) + ", crash at call " + std::to_string(crash_at) +
           (crash_after_effect ? " after" : " before") + " its effect, refuse 1/" +
           std::to_string(refuse_one_in) + ", lose reply 1/" + std::to_string(lose_reply_one_in) +
           ", crash 1/" + std::to_string(crash_one_in);
  }
};

// Every port call of the simulated processes goes through here.
class Faults {
 public:
  explicit Faults(FaultPlan plan) : plan_(plan), random_(plan.seed * 7919 + 13) {}

  // Runs the effect of a call named `what`, or does not, and answers what the caller is told.
  template <typename Answer, typename Effect>
  Answer call(std::string_view what, Effect effect) {
    ++calls_;
    if (is_calm_) return effect();
    if (calls_ == plan_.crash_at && !plan_.crash_after_effect) die();
    if (random_.one_in(plan_.crash_one_in)) die();
    if (random_.one_in(plan_.refuse_one_in))
      return Error{Fault::Retry, std::string(what) + ": refused by the simulation"};
    Answer answer = effect();
    if (calls_ == plan_.crash_at && plan_.crash_after_effect) die();
    if (random_.one_in(plan_.crash_one_in)) die();
    if (random_.one_in(plan_.lose_reply_one_in)) {
      ++replies_lost_;
      return Error{Fault::Retry, std::string(what) + ": reply lost by the simulation"};
    }
    return answer;
  }

  // From now on nothing goes wrong.
  void calm() { is_calm_ = true; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t crashes() const { return crashes_; }
  std::uint64_t replies_lost() const { return replies_lost_; }

 private:
  [[noreturn]] void die() {
    ++crashes_;
    throw Crash{};
  }

  const FaultPlan plan_;
  SeededRandom random_;
  bool is_calm_ = false;
  std::uint64_t calls_ = 0;
  std::uint64_t crashes_ = 0;
  std::uint64_t replies_lost_ = 0;
};

}  // namespace headgate::sim
