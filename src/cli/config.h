// What an operator can set, as values. One member a setting; src/cli/settings.cc says what each means and
// binds it to its key, environment variable and flag.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "collect/batch_policy.h"
#include "http/listen_address.h"
#include "model/codec.h"
#include "model/names.h"
#include "tenants/validate.h"

namespace headgate::cli {

enum class LogFormat { Auto, Json, Human };  // Auto: Human when stderr is a terminal
enum class StoreKind { Directory };
enum class StartAt { Beginning, End };  // of files that are there when the agent first starts

constexpr const char* kNoKube = "off";  // kube.api

using Milliseconds = std::chrono::milliseconds;
using Strings = std::vector<std::string>;
using StringLists = std::map<std::string, Strings>;

// Filled from the table's defaults; an object made otherwise means nothing.
struct Config {
  struct Log {
    log::Level level = log::Level::Info;
    LogFormat format = LogFormat::Auto;
  } log;
  struct Metrics {
    std::optional<http::ListenAddress> listen;  // none = off
  } metrics;
  ClusterId cluster_id;
  struct Local {
    std::string root;
    std::string state;  // SQLite: queue, tenants, ledger
    std::string delivered;
  } local;
  struct Store {
    StoreKind kind = StoreKind::Directory;
    std::string root;
    BucketName bucket;
  } store;
  struct Key {
    std::string template_text;
  } key;
  struct Collect {
    std::string pod_logs;
    std::string data_directory;
    Milliseconds scan_interval{};
    Milliseconds idle_scan_interval{};
    StartAt start_at = StartAt::Beginning;
    std::uint64_t record_bytes_max = 0;
    collect::Partition partition = collect::Partition::Pod;
    StringLists overrides;  // parse_batch_policies()
    struct Batch {
      std::uint64_t bytes_max = 0;  // before compression
      Milliseconds age_max{};
      std::int64_t open_max = 0;
      std::uint64_t buffers_bytes_max = 0;
    } batch;
    Codec codec = Codec::Gzip;
    std::int64_t level = 0;
    struct Spool {
      std::uint64_t bytes_max = 0;
      std::uint64_t free_bytes_min = 0;
    } spool;
    struct Upload {
      std::int64_t concurrency = 0;
    } upload;
  } collect;
  struct Kube {
    std::string api;  // empty: as a pod in the cluster is told
    std::string token_file;
    std::string ca_file;
    std::string node_name;
    std::string namespace_selector;
    std::string pod_selector;
    Strings exclude_containers;
  } kube;
  struct Process {
    std::int64_t concurrency = 0;
    Milliseconds visibility{};
    std::int64_t receives_max = 0;
    Milliseconds lease{};
    Milliseconds retry_first{};
    Milliseconds retry_longest{};
    std::vector<BucketName> buckets;
  } process;
  struct Tenants {
    tenants::World rules = tenants::World::Local;
    Milliseconds cache_ttl{};
    StringLists groups;
  } tenants;
};

}  // namespace headgate::cli
