// The table of all settings. docs/configuration.md is printed from it (`headgate config reference`).
#include <algorithm>

#include "cli/batch_policies.h"
#include "cli/setting.h"
#include "cli/setting_binding.h"
#include "cli/settings_aws.h"
#include "cli/settings_kube.h"
#include "cli/settings_log_files.h"
#include "cli/settings_tenants.h"
#include "collect/multiline.h"
#include "http/listen_address.h"
#include "model/object_key.h"
#include "model/record.h"
#include "ports/queue.h"
#include "tenants/aws_names.h"

namespace headgate::cli {

template <>
struct ChoicesOf<log::Level> {
  static constexpr Choice kAll[] = {{"debug", int(log::Level::Debug)},
                                    {"info", int(log::Level::Info)},
                                    {"warn", int(log::Level::Warn)},
                                    {"error", int(log::Level::Error)}};
};
template <>
struct ChoicesOf<LogFormat> {
  static constexpr Choice kAll[] = {
      {"auto", int(LogFormat::Auto)}, {"json", int(LogFormat::Json)}, {"human", int(LogFormat::Human)}};
};
template <>
struct ChoicesOf<StoreKind> {
  static constexpr Choice kAll[] = {{"directory", int(StoreKind::Directory)}, {"s3", int(StoreKind::S3)}};
};
template <>
struct ChoicesOf<StartAt> {
  static constexpr Choice kAll[] = {{"beginning", int(StartAt::Beginning)}, {"end", int(StartAt::End)}};
};
template <>
struct ChoicesOf<collect::Partition> {
  static constexpr Choice kAll[] = {{"pod", int(collect::Partition::Pod)},
                                    {"tenant", int(collect::Partition::Tenant)}};
};
template <>
struct ChoicesOf<Codec> {
  static constexpr Choice kAll[] = {{"gzip", int(Codec::Gzip)}, {"zstd", int(Codec::Zstd)}};
};

namespace {

using Complaint = std::optional<std::string>;

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::int64_t kPiB = kGiB * 1024 * 1024;
constexpr std::int64_t kSecond = 1000;  // durations are bounded in milliseconds
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr unsigned kInAws = kCollect | kProcess | kApi | kTenant | kReplay;
constexpr std::int64_t kVisibilityMost = std::chrono::milliseconds(Queue::kVisibilityMax).count();

Complaint must_not_be_empty(const SettingValue& value) {
  return value.text.empty() ? Complaint("must not be empty") : std::nullopt;
}

Complaint must_be_an_address_or_off(const SettingValue& value) {
  if (value.text.empty() || value.text == "off") return std::nullopt;
  const auto address = http::parse_listen_address(value.text);
  return address.ok() ? std::nullopt : Complaint(address.error().what);
}

Complaint must_be_a_cluster(const SettingValue& value) {
  constexpr std::size_t kClusterBytesMax = 128;
  const std::string& text = value.text;
  const bool is_sound = std::all_of(text.begin(), text.end(), [](unsigned char character) {
    return std::isalnum(character) != 0 || character == '-' || character == '_' || character == '.';
  });
  if (!text.empty() && text.size() <= kClusterBytesMax && is_sound && text.front() != '.')
    return std::nullopt;
  return "must have 1 to 128 letters, digits or -_. and not start with a dot";
}

Complaint must_be_a_bucket(const SettingValue& value) {
  return tenants::complaint_about_bucket(value.text);
}

Complaint must_be_buckets(const SettingValue& value) {
  const Strings& buckets = value.list;
  if (buckets.empty()) return "must name a bucket: no object of any other is read";
  for (const std::string& bucket : buckets) {
    if (const Complaint complaint = tenants::complaint_about_bucket(bucket))
      return "\"" + bucket + "\" " + *complaint;
  }
  return std::nullopt;
}

Complaint must_be_a_key_template(const SettingValue& value) {
  const auto parsed = KeyTemplate::parse(value.text);
  return parsed.ok() ? std::nullopt : Complaint(parsed.error().what);
}

Complaint must_be_batch_policies(const SettingValue& value) {
  const auto policies = parse_batch_policies(value.groups, {});
  return policies.ok() ? std::nullopt : Complaint(policies.error().what);
}

Complaint must_be_multiline_patterns(const SettingValue& value) {
  const auto patterns = collect::MultilinePatterns::make(value.groups);
  return patterns.ok() ? std::nullopt : Complaint(patterns.error().what);
}

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

using Table = std::vector<Setting>;

void add_common(Table& table) {
  constexpr unsigned kServers = kLocal | kCollect | kProcess | kApi;
  table.push_back(
      bind(MEMBER(log.level),
           {.key = "log.level", .standard = "info", .doc = "The least important log lines to write."}));
  table.push_back(
      bind(MEMBER(log.format), {.key = "log.format",
                                .standard = "auto",
                                .doc = "JSON lines, or words for people; auto is human when stderr "
                                       "is a terminal and json when not."}));
  table.push_back(bind(MEMBER(metrics.listen),
                       {.key = "metrics.listen",
                        .standard = "127.0.0.1:9600",
                        .doc = "Address and port of /metrics, /healthz and /readyz. Port 0 takes a free one; "
                               "off or empty turns it off. There is no login: keep it from the outside.",
                        .used_by = kServers,
                        .complaint = must_be_an_address_or_off}));
  table.push_back(bind(
      MEMBER(metrics.by_tenant),
      {.key = "metrics.by_tenant",
       .standard = "true",
       .doc = "In Lambda: whether CloudWatch gets a series for each tenant and destination, which it bills, "
              "beside those for all. Those of the first 200 destinations are told apart.",
       .used_by = kProcess}));
  table.push_back(bind(MEMBER(core_dumps),
                       {.key = "core_dumps",
                        .standard = "false",
                        .doc = "Whether a crash leaves a core dump, and a debugger may attach. A dump holds "
                               "the credentials and log "
                               "lines that the process had in memory: turn this on only to find a fault.",
                        .used_by = kServers | kReplay}));
  table.push_back(
      bind(MEMBER(cluster_id), {.key = "cluster_id",
                                .standard = "local",
                                .doc = "The cluster that the agent runs in; a part of every object's key.",
                                .used_by = kLocal | kCollect,
                                .complaint = must_be_a_cluster}));
}

void add_local(Table& table) {
  constexpr unsigned kState = kLocal | kProcess | kApi | kTenant | kReplay;
  table.push_back(bind(MEMBER(local.root), {.key = "local.root",
                                            .standard = "./headgate-data",
                                            .doc = "Directory that everything on one machine is kept under.",
                                            .used_by = kState | kCollect,
                                            .complaint = must_not_be_empty}));
  table.push_back(bind(MEMBER(local.state), {.key = "local.state",
                                             .standard = "${local.root}/state.db",
                                             .doc = "SQLite file of the queue, the tenants and the ledger.",
                                             .used_by = kState,
                                             .complaint = must_not_be_empty}));
  table.push_back(bind(MEMBER(local.delivered), {.key = "local.delivered",
                                                 .standard = "${local.root}/delivered",
                                                 .doc = "Directory that tenants' logs are delivered into.",
                                                 .used_by = kLocal | kProcess | kReplay,
                                                 .complaint = must_not_be_empty}));
}

void add_store(Table& table) {
  constexpr unsigned kReaders = kLocal | kCollect | kProcess | kReplay;
  table.push_back(bind(MEMBER(store.kind),
                       {.key = "store.kind",
                        .standard = "directory",
                        .doc = "The world: directory keeps objects, queue, tenants and ledger on this "
                               "machine, s3 in AWS. headgate local always works on this machine.",
                        .used_by = kInAws}));
  table.push_back(
      bind(MEMBER(store.root), {.key = "store.root",
                                .standard = "${local.root}/store",
                                .doc = "Directory of a store of kind directory; buckets are in it.",
                                .used_by = kReaders,
                                .complaint = must_not_be_empty}));
  table.push_back(bind(MEMBER(store.bucket), {.key = "store.bucket",
                                              .standard = "central",
                                              .doc = "The central bucket that agents write to.",
                                              .used_by = kReaders | kApi | kTenant,
                                              .complaint = must_be_a_bucket}));
  add_s3_store_settings(table);
}

void add_key(Table& table) {
  constexpr unsigned kReaders = kLocal | kCollect | kProcess | kReplay;
  table.push_back(
      bind(MEMBER(key.template_text),
           {.key = "key.template",
            .standard = KeyTemplate::kDefault,
            .doc = "How an object's key is made of {cluster_id}, {namespace}, {application}, {pod_name}, "
                   "{tenant} and {file}. Agents and processors must have the same.",
            .used_by = kReaders,
            .complaint = must_be_a_key_template}));
}

void add_collect(Table& table) {
  constexpr unsigned kAgents = kLocal | kCollect;
  table.push_back(
      bind(MEMBER(collect.pod_logs), {.key = "collect.pod_logs",
                                      .standard = "/var/log/pods",
                                      .doc = "Directory that the container runtime writes pods' logs to.",
                                      .used_by = kAgents,
                                      .complaint = must_not_be_empty}));
  table.push_back(bind(MEMBER(collect.data_directory),
                       {.key = "collect.data_directory",
                        .standard = "${local.root}/collect",
                        .doc = "Directory of the agent's checkpoints and spool; must survive restarts.",
                        .used_by = kAgents,
                        .complaint = must_not_be_empty}));
  table.push_back(bind(
      MEMBER(collect.lock_wait),
      {.key = "collect.lock_wait",
       .standard = "30s",
       .doc = "How long a start waits for another agent that still works on collect.data_directory (a pod "
              "that is being replaced), or headgate local for another on local.state, before it gives up.",
       .used_by = kAgents,
       .least = 0,
       .most = kHour}));
  add_log_file_settings(table);
  table.push_back(
      bind(MEMBER(collect.start_at), {.key = "collect.start_at",
                                      .standard = "beginning",
                                      .doc = "Where to begin in files that are there when the agent starts "
                                             "for the first time; later starts go by what that one noted.",
                                      .used_by = kAgents}));
  table.push_back(bind(MEMBER(collect.record_bytes_max),
                       {.key = "collect.record_bytes_max",
                        .standard = "1MiB",
                        .doc = "Longest line, at most 2MiB; a longer one becomes several records.",
                        .used_by = kAgents,
                        .least = kKiB,
                        .most = std::int64_t{kRecordMessageBytesMax}}));
  table.push_back(bind(
      MEMBER(collect.message_time.before_max),
      {.key = "collect.message_time.before_max",
       .standard = "24h",
       .doc = "How long before the container runtime's time of a line the message's own time may be. The "
              "runtime's time is the event's otherwise, and the record says so. CloudWatch Logs takes no "
              "event that is more than 14 days old.",
       .used_by = kAgents,
       .most = 365 * 24 * kHour}));
  table.push_back(
      bind(MEMBER(collect.message_time.after_max),
           {.key = "collect.message_time.after_max",
            .standard = "5m",
            .doc = "How long after the container runtime's time of a line the message's own time may be. "
                   "CloudWatch Logs takes no event that is more than 2 hours ahead.",
            .used_by = kAgents,
            .most = 365 * 24 * kHour}));
  table.push_back(bind(
      MEMBER(collect.partition),
      {.key = "collect.partition",
       .standard = "pod",
       .doc = "Whose records share an object: those of one pod, or of all pods of a tenant on this node, "
              "which makes far fewer objects, and those are what costs.",
       .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.overrides),
           {.key = "collect.overrides",
            .standard = "{}",
            .doc = "Namespaces whose batches are otherwise: {tenant-a: [partition=tenant, age_max=1m, "
                   "bytes_max=8MiB]}. What is not named is as for all.",
            .used_by = kAgents,
            .complaint = must_be_batch_policies}));
  table.push_back(
      bind(MEMBER(collect.batch.bytes_max), {.key = "collect.batch.bytes_max",
                                             .standard = "64MiB",
                                             .doc = "A batch is stored when it has grown to this size, "
                                                    "before compression.",
                                             .used_by = kAgents,
                                             .least = std::int64_t{kBatchBytesLeast},
                                             .most = std::int64_t{kBatchBytesMost}}));
  table.push_back(
      bind(MEMBER(collect.batch.age_max),
           {.key = "collect.batch.age_max",
            .standard = "5m",
            .doc = "A batch is stored when its first record has waited so long, however small it is. "
                   "Shorter is sooner but more objects, which is what costs.",
            .used_by = kAgents,
            .least = kBatchAgeLeast.count(),
            .most = kBatchAgeMost.count()}));
  table.push_back(
      bind(MEMBER(collect.batch.buffers_bytes_max),
           {.key = "collect.batch.buffers_bytes_max",
            .standard = "16MiB",
            .doc = "Most memory that all batches' buffers take together; with more, objects of many pods "
                   "(collect.partition: tenant) compress better.",
            .used_by = kAgents,
            .least = kMiB,
            .most = 4 * kGiB}));
  table.push_back(
      bind(MEMBER(collect.batch.open_max), {.key = "collect.batch.open_max",
                                            .standard = "1024",
                                            .doc = "Most batches being filled at a time. Three quarters "
                                                   "of them are batches of single pods; when more pods "
                                                   "write, the lines of the others go into objects that "
                                                   "the pods of their tenant share.",
                                            .used_by = kAgents,
                                            .least = 1,
                                            .most = 100'000}));
  table.push_back(bind(MEMBER(collect.codec), {.key = "collect.codec",
                                               .standard = "gzip",
                                               .doc = "How objects are compressed.",
                                               .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.level), {.key = "collect.level",
                                   .standard = "1",
                                   .doc = "How hard to compress: 0 to 3 for gzip at full speed, 4 to 9 for "
                                          "objects as small as gzip -6 makes them, at a quarter of the "
                                          "speed; 1 to 19 for zstd.",
                                   .used_by = kAgents,
                                   .least = 0,
                                   .most = 19}));
  table.push_back(bind(
      MEMBER(collect.thorough_rate),
      {.key = "collect.thorough_rate",
       .standard = "16MiB",
       .doc = "With gzip at level 0 to 3: how much a second is compressed at level 5 all the same, which "
              "bounds what that costs (a tenth of a core at 16MiB); what comes faster, when a backlog is "
              "read for instance, is compressed at collect.level. 0: everything.",
       .used_by = kAgents,
       .least = 0,
       .most = kGiB}));
  table.push_back(bind(
      MEMBER(collect.spool.bytes_max),
      {.key = "collect.spool.bytes_max",
       .standard = "10GiB",
       .doc = "Most disk that batches may take together: those that are filled, wait for the store, or "
              "were put aside as damaged. One tenant's batches may take twice what is still free: then its "
              "containers are not read, and their log files keep what comes; those of other tenants "
              "are. Where none of its batches waits for the store, what is being filled is sealed.",
       .used_by = kAgents,
       .least = kMiB,
       .most = kPiB}));
  table.push_back(
      bind(MEMBER(collect.spool.free_bytes_min), {.key = "collect.spool.free_bytes_min",
                                                  .standard = "1GiB",
                                                  .doc = "Disk that the agent leaves free for the node.",
                                                  .used_by = kAgents,
                                                  .most = kPiB}));
  table.push_back(
      bind(MEMBER(collect.upload.concurrency), {.key = "collect.upload.concurrency",
                                                .standard = "4",
                                                .doc = "Most objects being stored at the same time.",
                                                .used_by = kAgents,
                                                .least = 1,
                                                .most = 64}));
}

void add_multiline(Table& table) {
  constexpr unsigned kAgents = kLocal | kCollect;
  table.push_back(
      bind(MEMBER(collect.multiline.patterns),
           {.key = "collect.multiline.patterns",
            .standard = "{}",
            .doc = "Patterns (RE2) that a record of several lines begins with, by names that a pod's label "
                   "headgate.io/multiline, or headgate.io/multiline.<container>, can have beside the presets "
                   "dotnet, go, java, node, php, python, ruby, rust, and none: {dated: ['^[0-9]{4}-']}.",
            .used_by = kAgents,
            .complaint = must_be_multiline_patterns}));
  table.push_back(
      bind(MEMBER(collect.multiline.age_max), {.key = "collect.multiline.age_max",
                                               .standard = "1s",
                                               .doc = "How long a record waits for more lines of it.",
                                               .used_by = kAgents,
                                               .least = 10,
                                               .most = 60 * kSecond}));
  table.push_back(bind(MEMBER(collect.multiline.bytes_max),
                       {.key = "collect.multiline.bytes_max",
                        .standard = "256KiB",
                        .doc = "Longest record of several lines, at most 2MiB; a longer one becomes several.",
                        .used_by = kAgents,
                        .least = kKiB,
                        .most = std::int64_t{kRecordMessageBytesMax}}));
  table.push_back(bind(MEMBER(collect.multiline.lines_max), {.key = "collect.multiline.lines_max",
                                                             .standard = "1000",
                                                             .doc = "Most lines of one record.",
                                                             .used_by = kAgents,
                                                             .least = 2,
                                                             .most = 100'000}));
}

void add_process(Table& table) {
  constexpr unsigned kWorkers = kLocal | kProcess;
  table.push_back(bind(
      MEMBER(process.name),
      {.key = "process.name",
       .doc =
           "This worker's name in the ledger; no two that run may share one. After a crash, the next of that "
           "name takes up its work at once (in a cluster: the pod's name). In mode lambda each instance adds "
           "a random part. Empty: a random one.",
       .used_by = kProcess}));
  table.push_back(bind(
      MEMBER(process.concurrency),
      {.key = "process.concurrency",
       .standard = "32",
       .doc =
           "Most objects being delivered at the same time. A large one takes 1 to 4 MiB of memory. Half of "
           "it should be more than the tenants that may hang at once: when a worker starts, nobody is "
           "known yet, and others wait for those.",
       .used_by = kWorkers,
       .least = 1,
       .most = 256}));
  table.push_back(
      bind(MEMBER(process.visibility), {.key = "process.visibility",
                                        .standard = "5m",
                                        .doc = "How long a message is ours before the queue gives it to "
                                               "another worker; prolonged while it is worked on.",
                                        .used_by = kWorkers,
                                        .least = kSecond,
                                        .most = kVisibilityMost}));
  table.push_back(
      bind(MEMBER(process.receives_max), {.key = "process.receives_max",
                                          .standard = "100",
                                          .doc = "A message received more often becomes a dead letter.",
                                          .used_by = kWorkers,
                                          .least = 1,
                                          .most = 1000}));
  table.push_back(
      bind(MEMBER(process.lease), {.key = "process.lease",
                                   .standard = "10m",
                                   .doc = "How long a delivery is one worker's without a sign of life.",
                                   .used_by = kWorkers,
                                   .least = kSecond,
                                   .most = 12 * kHour}));
  table.push_back(
      bind(MEMBER(process.retry_first), {.key = "process.retry_first",
                                         .standard = "5s",
                                         .doc = "Longest wait after a delivery failed once; it doubles "
                                                "with each failure.",
                                         .used_by = kWorkers,
                                         .least = 100,
                                         .most = kVisibilityMost}));
  table.push_back(bind(MEMBER(process.retry_longest), {.key = "process.retry_longest",
                                                       .standard = "1h",
                                                       .doc = "Longest wait however often it failed.",
                                                       .used_by = kWorkers,
                                                       .least = 100,
                                                       .most = kVisibilityMost}));
  table.push_back(
      bind(MEMBER(process.held_bytes_max), {.key = "process.held_bytes_max",
                                            .standard = "256MiB",
                                            .doc = "Most bytes of stored objects whose messages a worker "
                                                   "holds at a time; it takes more as it is done.",
                                            .used_by = kProcess,
                                            .least = kMiB,
                                            .most = kPiB}));
  table.push_back(
      bind(MEMBER(process.try_for), {.key = "process.try_for",
                                     .standard = "24h",
                                     .doc = "A delivery that fails for so long is parked, with the reason.",
                                     .used_by = kProcess,
                                     .least = kSecond,
                                     .most = 14 * 24 * kHour}));
  table.push_back(bind(MEMBER(process.decompression_ratio_max),
                       {.key = "process.decompression_ratio_max",
                        .standard = "200",
                        .doc = "How many times its stored size an object may become when it is decompressed. "
                               "256 MiB are always allowed. The deliveries of an object that becomes more "
                               "are parked with that reason: raise this and replay them.",
                        .used_by = kProcess,
                        .least = 1,
                        .most = 1'000'000}));
  table.push_back(
      bind(MEMBER(process.buckets), {.key = "process.buckets",
                                     .standard = "${store.bucket}",
                                     .doc = "The only buckets that objects are read from, whatever a "
                                            "message names: each with the settings of store.bucket, where "
                                            "quarantine is. Scans and replays of a time look through all. "
                                            "S3 copies into tenants' buckets from the first ones, up to 8; "
                                            "from the others we read and write. None can be a tenant's "
                                            "destination.",
                                     .used_by = kWorkers | kApi | kTenant | kReplay,
                                     .complaint = must_be_buckets}));
}

#undef MEMBER

Table make_table() {
  Table table;
  add_common(table);
  add_local(table);
  add_store(table);
  add_key(table);
  add_aws_settings(table);
  add_collect(table);
  add_multiline(table);
  add_kube_settings(table);
  add_process(table);
  add_tenant_settings(table);
  return table;
}

}  // namespace

Settings settings() {
  static const Table table = make_table();
  return table;
}

std::string Setting::environment_name() const {
  std::string name = "HEADGATE_";
  for (const char character : about.key)
    name.push_back(character == '.' ? '_'
                                    : static_cast<char>(std::toupper(static_cast<unsigned char>(character))));
  return name;
}

std::string Setting::flag() const {
  std::string name = "--" + std::string(about.key);
  std::replace(name.begin() + 2, name.end(), '_', '-');
  return name;
}

std::string_view name_of(SettingKind kind) {
  switch (kind) {
    case SettingKind::Text:
      return "text";
    case SettingKind::Integer:
      return "integer";
    case SettingKind::Boolean:
      return "boolean";
    case SettingKind::Duration:
      return "duration";
    case SettingKind::Bytes:
      return "bytes";
    case SettingKind::List:
      return "list of texts";
    case SettingKind::Groups:
      return "mapping of names to lists of texts";
    case SettingKind::Choice:
      return "choice";
  }
  CHECK(false);
}

}  // namespace headgate::cli
