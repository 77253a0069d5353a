// Seeded chance for fake logs: the same seed gives the same lines, on any machine.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace headgate::loggen {

// SplitMix64 (Steele, Lea, Flood 2014, https://prng.di.unimi.it/splitmix64.c): one multiply chain a number,
// any seed is good. Not for secrets. One thread.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }
  // Uniform in [0, bound); `bound` is at least 1. The bias is under bound / 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }
  template <typename T>
  const T& one_of(std::span<const T> choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace headgate::loggen
