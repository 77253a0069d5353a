// collect.overrides: namespaces whose batches are not as all others', e.g.
//   {tenant-a: [partition=tenant, age_max=1m], tenant-b: [bytes_max=8MiB]}
#pragma once

#include <map>

#include "base/result.h"
#include "collect/batch/batch_policy.h"
#include "config/config.h"
#include "model/names.h"

namespace headgate::config {

constexpr std::uint64_t kBatchBytesLeast = 1024;
constexpr std::uint64_t kBatchBytesMost = 4ULL << 30U;
constexpr Milliseconds kBatchAgeLeast{100};
constexpr Milliseconds kBatchAgeMost{3'600'000};

using BatchPolicies = std::map<Namespace, collect::BatchPolicy>;

// What is not said of a namespace is as in `standard`. Fault::Invalid names it and what is wrong. Pure.
Result<BatchPolicies> parse_batch_policies(const StringLists& overrides,
                                           const collect::BatchPolicy& standard);

}  // namespace headgate::config
