// The settings of batches that can differ between tenants.
#pragma once

#include <chrono>
#include <cstdint>

namespace headgate::collect {

// Which records share an object: those of one pod, or those of all pods of a tenant on this node.
enum class Partition : std::uint8_t { Pod, Tenant };

struct BatchPolicy {
  Partition partition = Partition::Pod;
  std::uint64_t bytes_max = 64U << 20U;  // uncompressed
  std::chrono::milliseconds age_max{300'000};
  friend bool operator==(const BatchPolicy&, const BatchPolicy&) = default;
};

}  // namespace headgate::collect
