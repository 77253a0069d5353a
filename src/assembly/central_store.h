// The central bucket, in the backend that `store.kind` names.
// Tests: tests/e2e/collect_test.py, tests/e2e/aws_pipeline_test.py
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "assembly/aws_clients.h"
#include "base/result.h"
#include "config/config.h"
#include "ports/clock.h"
#include "ports/object_store.h"
#include "ports/random.h"
#include "process/central_stores.h"

namespace headgate::assembly {

// What a command does with what is kept on this machine: one that only looks makes no file and no directory,
// and finds nothing where there is nothing yet. In AWS there is no difference.
enum class Access : std::uint8_t { Change, Look };

// The error names the setting. Needs no answer of AWS. Shared: in AWS the clients go with the store.
// `leave`: ends every wait of every call with Fault::Stopped.
Result<std::shared_ptr<ObjectStore>> open_central_store(const ClientDeps& deps, const config::Config& config,
                                                        std::stop_token leave);
// Of these clients, which outlive it.
Result<std::unique_ptr<ObjectStore>> open_central_bucket(AwsClients& clients, const config::Config& config);

// One store for each of process.buckets that is not store.bucket, with the settings of that one: its account,
// its region, its root. The error names process.buckets. Of a folder it must be there: nobody writes to it
// here.
using OtherStores = std::vector<std::unique_ptr<ObjectStore>>;
Result<OtherStores> open_other_buckets(AwsClients& clients, const config::Config& config);
Result<OtherStores> open_other_folders(Clock& clock, Random& random, const config::Config& config,
                                       Access access = Access::Change);
process::CentralStores central_stores(ObjectStore& first, const OtherStores& others);

}  // namespace headgate::assembly
