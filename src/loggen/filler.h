// What fake lines say: phrases of services, rendered once into a pool from which each line takes a slice.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "loggen/chance.h"
#include "loggen/fleet.h"

namespace headgate::loggen {

// ASCII that needs no escape in JSON. Compresses about as real logs do: the pool is larger than a gzip
// window. Never changes once made.
class Filler {
 public:
  // `fleet` has at least one pod.
  Filler(const Fleet& fleet, Chance& chance);

  // Writes exactly `bytes` bytes, from the start of a phrase, and gives the end.
  char* write(std::size_t bytes, Chance& chance, char* into) const;

 private:
  std::string pool_;
  std::vector<std::uint32_t> phrase_starts_;
};

}  // namespace headgate::loggen
