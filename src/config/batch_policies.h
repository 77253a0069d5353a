// collect.overrides: namespaces whose batches differ from the general settings, e.g.
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

// Whatever an entry does not name is as in `standard`. Fault::Invalid names the entry and its error. Pure.
Result<BatchPolicies> parse_batch_policies(const StringLists& overrides,
                                           const collect::BatchPolicy& standard);

}  // namespace headgate::config
