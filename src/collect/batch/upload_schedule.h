// Which sealed batch is uploaded next, so that a tenant whose batches the store refuses (because of its
// prefix or its key) delays no other tenant.
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

// The collect thread owns it. Memory: at most a number for each sealed batch.
// The first try of each batch is made at once. Batches that failed wait together, by tenant. After a wait,
// one of them is tried again, in turn; waits grow, and when one is stored the others are tried at once. So a
// store that is down gets one request for each tenant and wait, however many batches there are.
class UploadSchedule {
 public:
  // `random` outlives it.
  UploadSchedule(Random& random, Backoff backoff) : random_(random), backoff_(backoff) {}

  void add(std::uint64_t sequence) { ready_.push_back(sequence); }
  // The batch to upload now; then call one of the functions below. Empty: nothing is due.
  std::optional<std::uint64_t> next(SteadyTime now);

  void stored(std::uint64_t sequence);
  // The upload failed and is to be tried again. Returns how long its tenant waits.
  std::chrono::milliseconds failed(std::uint64_t sequence, const std::string& tenant, SteadyTime now);
  // The batch will not be tried again.
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
