// From settings to what the node agent is built with.
#pragma once

#include "base/result.h"
#include "collect/agent.h"
#include "config/config.h"
#include "local/pod_log_disk.h"
#include "model/names.h"

namespace headgate::assembly {

// `node` is where the agent runs: it is told with every object, and is a part of packed objects' keys.
// Fault::Invalid names the settings that do not go together.
Result<collect::CollectorOptions> collector_options(const config::Config& config, const NodeName& node);

// The same with what uploads. Raises the limit of open files and divides it.
Result<collect::Agent::Options> agent_options(const config::Config& config, const NodeName& node);

// How the pods' log files are opened.
local::PodLogDisk::Options pod_log_disk_options(const config::Config& config);

}  // namespace headgate::assembly
