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

// What a command does with state on this machine. With Look it creates no file and no directory, and treats
// missing ones as empty. In AWS both are the same.
enum class Access : std::uint8_t { Change, Look };

// Makes no call to AWS. The error names the setting. The result is shared, because in AWS the store owns its
// clients. A stop of `leave` ends every wait of every call with Fault::Stopped.
Result<std::shared_ptr<ObjectStore>> open_central_store(const ClientDeps& deps, const config::Config& config,
                                                        std::stop_token leave);
// The central bucket in AWS. `clients` outlives the result.
Result<std::unique_ptr<ObjectStore>> open_central_bucket(AwsClients& clients, const config::Config& config);

// One store for each of process.buckets that is not store.bucket. All have the account, region and root of
// store.bucket. The error names process.buckets. A folder must exist, because nothing here writes to it.
using OtherStores = std::vector<std::unique_ptr<ObjectStore>>;
Result<OtherStores> open_other_buckets(AwsClients& clients, const config::Config& config);
Result<OtherStores> open_other_folders(Clock& clock, Random& random, const config::Config& config,
                                       Access access = Access::Change);
process::CentralStores central_stores(ObjectStore& first, const OtherStores& others);

}  // namespace headgate::assembly
