// Makes the options of the node agent from the settings.
#pragma once

#include "base/result.h"
#include "collect/agent.h"
#include "config/config.h"
#include "local/pod_log_disk.h"
#include "model/names.h"

namespace headgate::assembly {

// `node` is the node that the agent runs on: it is stored with every object, and is part of the keys of
// packed objects. Fault::Invalid names settings that contradict each other.
Result<collect::CollectorOptions> collector_options(const config::Config& config, const NodeName& node);

// Also with the options of uploads. Raises the limit of open files and divides it.
Result<collect::Agent::Options> agent_options(const config::Config& config, const NodeName& node);

// How the pods' log files are opened.
local::PodLogDisk::Options pod_log_disk_options(const config::Config& config);

}  // namespace headgate::assembly
