// The central bucket, in the world that `store.kind` names.
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "cli/aws_clients.h"
#include "cli/config.h"
#include "ports/object_store.h"

namespace headgate::cli {

// The error names the setting. Needs no answer of AWS. Shared: in AWS the clients go with the store.
// `leave`: ends every wait of every call with Fault::Stopped.
Result<std::shared_ptr<ObjectStore>> open_central_store(const ClientWorld& world, const Config& config,
                                                        std::stop_token leave);
// Of these clients, which outlive it.
Result<std::unique_ptr<ObjectStore>> open_central_bucket(AwsClients& clients, const Config& config);

}  // namespace headgate::cli
