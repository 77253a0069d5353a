// What every call to one tenant's destination passes: its own rate, its own budget of retries, its own
// breaker. One destination's trouble takes nothing of another's.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"
#include "deliver/breaker.h"
#include "deliver/pace.h"
#include "model/names.h"
#include "ports/clock.h"

namespace headgate::deliver {

// When work has to be interrupted, between two calls. What was confirmed until then stays confirmed.
struct Limits {
  Deadline until = Deadline::never();  // no new call to a destination after that
  // By then what the calls came to is written down (ledger, queue): a little later than `until`.
  Deadline written_by = Deadline::never();
  std::stop_token stop = {};

  // Of one call that writes down what others came to: it takes no longer than `timeout`.
  Deadline writing(SteadyTime now, std::chrono::nanoseconds timeout) const {
    return sooner(written_by, Deadline::after(now, timeout));
  }
  bool is_over(SteadyTime now) const { return stop.stop_requested() || until.passed(now); }
};

// Any thread.
class Gate {
 public:
  struct Options {
    Pace::Options pace = {};
    Breaker::Options breaker = {};
    // A bucket of retries: each takes `retry_cost`, each call that is taken gives one back.
    std::uint32_t retry_tokens = 100;
    std::uint32_t retry_cost = 5;
    std::uint32_t tries_max = 4;  // of one call
    // A longer wait for its turn is not worth a thread: the delivery comes back instead.
    std::chrono::milliseconds wait_max{2'000};
    // How long a destination may ask not to be called (Retry-After); a longer pause counts as this one.
    std::chrono::milliseconds pause_max{900'000};
    // Once no call has been answered for so long while some are under way, no more deliveries are let in:
    // each would hold a thread until the time-out. They are to come again after `silence_wait`.
    std::chrono::milliseconds silence_max{15'000};
    std::chrono::milliseconds silence_wait{5'000};
  };
  explicit Gate(Options options)
      : options_(options), pace_(options.pace), breaker_(options.breaker), tokens_(options.retry_tokens) {}

  // A delivery's permission to call the destination. A delivery may end without calling. The pass of a probe
  // is then given back, so that the next delivery may probe.
  class Pass {
   public:
    Pass() = default;
    Pass(std::shared_ptr<Gate> gate, std::uint64_t probe) : gate_(std::move(gate)), probe_(probe) {}
    Pass(Pass&&) = default;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass() { give_back(); }

   private:
    void give_back();
    std::shared_ptr<Gate> gate_;  // shared with the other deliveries to the destination
    std::uint64_t probe_ = 0;
  };
  struct Admission {
    Pass pass;
    std::optional<std::chrono::milliseconds> wait;  // none: go on; else how long it is no use to try
  };
  // To be asked before a delivery; the pass is held as long as it lasts.
  static Admission admit(const std::shared_ptr<Gate>& gate, SteadyTime now);

  struct Call {
    Clock& clock;
    Limits limits;
    std::chrono::milliseconds timeout;  // of one try
    bool is_proof = true;               // that the destination works, when it succeeds
  };
  // Runs `act(Deadline)`, which gives a Result, in its turn; again while it says Retry and failed soon. What
  // took long is not tried again here: a thread may not be held. Stopped when `limits` are over before a try.
  // A pause that the destination asks for is kept by all of its calls: a short one is waited for here, of a
  // longer one the error says what is left. A probe is tried as often as any call, and the budget is not
  // asked: there is one at a time, and a message that comes back for it comes ever more rarely.
  // An error with Blame::Us ends it at once, and tells nothing of the destination.
  template <typename Act>
  auto run(const Call& call, Act act) -> decltype(act(Deadline{}));

 private:
  // A call that is under way.
  class UnderWay {
   public:
    UnderWay(Gate& gate, SteadyTime began);
    ~UnderWay();
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

   private:
    Gate& gate_;
    std::multiset<SteadyTime>::iterator place_;
  };
  bool is_silent(SteadyTime now) const REQUIRES(mutex_);
  enum class Again : std::uint8_t { Yes, No };
  // Waits for the turn of the next try.
  Result<Deadline> enter(const Call& call);
  void taken(SteadyTime now);
  Again failed(SteadyTime began, const Call& call, const Error& error, std::uint32_t tries);

  const Options options_;
  Mutex mutex_;  // never held while a call is under way
  Pace pace_ GUARDED_BY(mutex_);
  Breaker breaker_ GUARDED_BY(mutex_);
  std::uint32_t tokens_ GUARDED_BY(mutex_);
  std::multiset<SteadyTime> under_way_ GUARDED_BY(mutex_);  // when each call began
  SteadyTime answered_at_ GUARDED_BY(mutex_) = kLongAgo;
};

// The gates of all destinations. Any thread. Holds at most `gates_max` and forgets the least recently used.
class Gates {
 public:
  explicit Gates(Gate::Options options = {}, std::size_t gates_max = 20'000)
      : options_(options), gates_max_(gates_max) {}

  // Shared by the deliveries to the destination.
  std::shared_ptr<Gate> of(const TenantId& tenant, const DestinationName& destination);

 private:
  struct Slot {
    std::shared_ptr<Gate> gate;
    std::list<std::string>::iterator place;
  };
  const Gate::Options options_;
  const std::size_t gates_max_;
  Mutex mutex_;
  std::list<std::string> recency_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Slot> gates_ GUARDED_BY(mutex_);
};

template <typename Act>
auto Gate::run(const Call& call, Act act) -> decltype(act(Deadline{})) {
  for (std::uint32_t tries = 1;; ++tries) {
    const Deadline deadline = TRY(enter(call));
    const SteadyTime began = call.clock.steady();
    auto answer = [&] {
      const UnderWay under_way(*this, began);
      return act(deadline);
    }();
    // Whoever reads our store tries again by itself; the destination was not asked, or not to the end.
    if (!answer.ok() && answer.error().blame == Blame::Us) return answer;
    if (answer.ok() || answer.error().fault != Fault::Retry) {
      // A refusal in words is an answer too: whoever says it works.
      const bool was_answered = answer.ok() || answer.error().fault != Fault::Stopped;
      if (was_answered && call.is_proof) taken(call.clock.steady());
      return answer;
    }
    if (failed(began, call, answer.error(), tries) == Again::No) return answer;
  }
}

}  // namespace headgate::deliver
