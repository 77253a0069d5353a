// What an operator can set, as values. One member a setting; src/config/settings.cc says what each means and
// binds it to its key, environment variable and flag.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "collect/batch/batch_policy.h"
#include "http/listen_address.h"
#include "model/compression/codec.h"
#include "model/names.h"

namespace headgate::config {

enum class LogFormat { Auto, Json, Human };  // Auto: Human when stderr is a terminal
enum class StoreKind { Directory, S3 };
enum class Encryption { Bucket, S3, Kms };    // Bucket: as the bucket says
enum class TenantRules { Auto, Local, Aws };  // Auto: as store.kind
enum class StartAt { Beginning, End };        // of files that are there when the agent first starts

constexpr const char* kNoKube = "off";  // kube.api

using Milliseconds = std::chrono::milliseconds;
using Strings = std::vector<std::string>;
using StringLists = std::map<std::string, Strings>;

// Filled from the defaults of the table; the members' own initial values mean nothing.
struct Config {
  struct Log {
    log::Level level = log::Level::Info;
    LogFormat format = LogFormat::Auto;
  } log;
  struct Metrics {
    std::optional<http::ListenAddress> listen;  // none = off
    bool by_tenant = false;
  } metrics;
  bool core_dumps = false;
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
    std::string owner;  // account; empty: not checked
    Encryption encryption = Encryption::Bucket;
    std::string kms_key;
  } store;
  struct Aws {
    std::string region;  // empty: as the environment and the profile say; the same with endpoint_url
    std::string endpoint_url;
    std::string role_arn;  // empty: none is taken
    std::string queue_url;
    std::string tenants_table;
    std::string ledger_table;
  } aws;
  struct Key {
    std::string template_text;
  } key;
  struct Collect {
    std::string pod_logs;
    std::uint64_t deleted_bytes_max = 0;
    Milliseconds record_wait_max{};
    Strings follow_links;  // directories that links below pod_logs may lead into
    std::string data_directory;
    Milliseconds lock_wait{};
    Milliseconds scan_interval{};
    Milliseconds idle_scan_interval{};
    StartAt start_at = StartAt::Beginning;
    std::uint64_t record_bytes_max = 0;
    struct MessageTime {
      Milliseconds before_max{};
      Milliseconds after_max{};
    } message_time;
    collect::Partition partition = collect::Partition::Pod;
    StringLists overrides;  // parse_batch_policies()
    struct Multiline {
      StringLists patterns;  // name -> start patterns
      Milliseconds age_max{};
      std::uint64_t bytes_max = 0;
      std::int64_t lines_max = 0;
    } multiline;
    struct Batch {
      std::uint64_t bytes_max = 0;  // before compression
      Milliseconds age_max{};
      std::int64_t open_max = 0;
      std::uint64_t buffers_bytes_max = 0;
    } batch;
    Codec codec = Codec::Gzip;
    std::int64_t level = 0;
    std::uint64_t thorough_rate = 0;  // bytes a second
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
    std::string tenant_label;  // empty: the namespace's name is the tenant's
    Milliseconds pod_wait_max{};
    Milliseconds api_wait_max{};  // 0: for ever
    bool allow_opt_out = true;
    bool collect_own_logs = false;
    std::string own_namespace;  // empty: as the service account's file says
  } kube;
  struct Process {
    std::string name;
    std::int64_t concurrency = 0;
    Milliseconds visibility{};
    std::int64_t receives_max = 0;
    Milliseconds lease{};
    Milliseconds retry_first{};
    Milliseconds retry_longest{};
    std::vector<BucketName> buckets;
    std::uint64_t held_bytes_max = 0;
    Milliseconds try_for{};
    std::int64_t decompression_ratio_max = 0;
  } process;
  struct Tenants {
    TenantRules rules = TenantRules::Auto;
    Milliseconds cache_ttl{};
    StringLists groups;
    bool predecessor_rows = false;
  } tenants;
};

}  // namespace headgate::config
