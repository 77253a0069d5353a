// Which sealed batch is uploaded next, so that a tenant whose batches the store refuses (its prefix, its key)
// holds up no other.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/backoff.h"
#include "base/deadline.h"
#include "ports/random.h"

namespace headgate::collect {

// The collect thread owns it. A number for each sealed batch, at most.
// Each batch is tried once at once. One that failed waits with the others of its tenant that did: one of them
// at a time, in turn, is tried again, after longer and longer waits, and when it arrives the others are tried
// at once. So a store that is away is asked once a tenant and wait, however many batches there are.
class UploadSchedule {
 public:
  // `random` outlives it.
  UploadSchedule(Random& random, Backoff backoff) : random_(random), backoff_(backoff) {}

  void add(std::uint64_t sequence) { ready_.push_back(sequence); }
  // To be uploaded now; what came of it is then told by one of those below. Empty: nothing is due.
  std::optional<std::uint64_t> next(SteadyTime now);

  void stored(std::uint64_t sequence);
  // It failed and is to be tried again; how long its tenant waits.
  std::chrono::milliseconds failed(std::uint64_t sequence, const std::string& tenant, SteadyTime now);
  // It will not be tried again.
  void given_up(std::uint64_t sequence);

 private:
  struct HeldUp {
    std::deque<std::uint64_t> waiting = {};
    std::optional<std::uint64_t> tried = {};
    std::uint32_t failures = 0;  // in a row
    SteadyTime due_at = kLongAgo;
  };
  using Tenants = std::map<std::string, HeldUp>;
  Tenants::iterator whose_try(std::uint64_t sequence);

  Random& random_;
  const Backoff backoff_;
  std::deque<std::uint64_t> ready_;
  Tenants held_up_;
};

}  // namespace headgate::collect
