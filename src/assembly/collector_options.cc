#include "assembly/collector_options.h"

#include <algorithm>

#include "assembly/open_files_limit.h"
#include "assembly/version.h"
#include "config/batch_policies.h"

namespace headgate::assembly {

Result<collect::CollectorOptions> collector_options(const config::Config& config, const NodeName& node) {
  const config::Config::Collect& collect = config.collect;
  collect::CollectorOptions options;
  options.pod_logs = collect.pod_logs;
  options.data_directory = collect.data_directory;
  options.cluster = config.cluster_id;
  options.node = node;
  options.key_template = TRY_IN("key.template", KeyTemplate::parse(config.key.template_text));
  options.start_at =
      collect.start_at == config::StartAt::Beginning ? collect::Start::Begin : collect::Start::End;
  options.batch = {.codec = collect.codec, .level = static_cast<int>(collect.level)};
  options.policy = {
      .partition = collect.partition, .bytes_max = collect.batch.bytes_max, .age_max = collect.batch.age_max};
  options.policies =
      TRY_IN("collect.overrides", config::parse_batch_policies(collect.overrides, options.policy));
  options.buffers_bytes_max = collect.batch.buffers_bytes_max;
  options.thorough_bytes_per_second = collect.thorough_rate;
  options.batches_open_max = static_cast<std::size_t>(collect.batch.open_max);
  options.spool_bytes_max = collect.spool.bytes_max;
  options.spool_free_bytes_min = collect.spool.free_bytes_min;
  options.deleted_bytes_max = collect.deleted_bytes_max;
  options.record_wait_max = collect.record_wait_max;
  options.record_bytes_max = collect.record_bytes_max;
  options.time_window = {.before_max = collect.message_time.before_max,
                         .after_max = collect.message_time.after_max};
  options.multiline_patterns = collect.multiline.patterns;
  options.multiline = {.bytes_max = collect.multiline.bytes_max,
                       .lines_max = static_cast<std::uint32_t>(collect.multiline.lines_max),
                       .age_max = collect.multiline.age_max};
  for (const std::string& container : config.kube.exclude_containers)
    options.admission.excluded_containers.insert(ContainerName(container));
  if (!config.kube.tenant_label.empty() && config.key.template_text.find("{tenant}") == std::string::npos) {
    return Error{Fault::Invalid, "kube.tenant_label: has no effect unless key.template contains {tenant}"};
  }
  options.admission.tenant_label = config.kube.tenant_label;
  options.admission.pod_wait_max = config.kube.pod_wait_max;
  options.admission.api_wait_max = config.kube.api_wait_max;
  options.scan_interval = collect.scan_interval;
  options.idle_scan_interval = std::max(collect.scan_interval, collect.idle_scan_interval);
  return options;
}

local::PodLogDisk::Options pod_log_disk_options(const config::Config& config) {
  return {.root = config.collect.pod_logs, .follow_links = config.collect.follow_links};
}

Result<collect::Agent::Options> agent_options(const config::Config& config, const NodeName& node) {
  collect::Agent::Options options;
  options.collector = TRY(collector_options(config, node));
  const OpenFiles files = divide_open_files(raise_open_files_limit(), options.collector.batches_open_max);
  options.collector.batches_open_max = files.batches_max;
  options.collector.open_files_max = files.log_files_max;
  options.uploader.agent_version = kVersion;
  options.uploader.node = node.str();
  options.uploads = static_cast<std::size_t>(config.collect.upload.concurrency);
  return options;
}

}  // namespace headgate::assembly
