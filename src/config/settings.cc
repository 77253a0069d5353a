// The table of all settings. docs/configuration.md is printed from it (`headgate config reference`).
// Tests: src/config/config_load_test.cc
#include <algorithm>

#include "collect/tail/multiline.h"
#include "config/batch_policies.h"
#include "config/setting.h"
#include "config/setting_binding.h"
#include "config/settings_aws.h"
#include "config/settings_kube.h"
#include "config/settings_log_files.h"
#include "config/settings_tenants.h"
#include "http/listen_address.h"
#include "model/object_key.h"
#include "model/record.h"
#include "ports/queue.h"
#include "tenants/aws_names.h"

namespace headgate::config {

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
  table.push_back(bind(MEMBER(log.level), {.key = "log.level",
                                           .standard = "info",
                                           .doc = "The lowest level of log lines that the program writes."}));
  table.push_back(bind(MEMBER(log.format),
                       {.key = "log.format",
                        .standard = "auto",
                        .doc = "The form of log lines: json for machines, human for people. With auto the "
                               "form is human if stderr is a terminal, and json otherwise."}));
  table.push_back(bind(MEMBER(metrics.listen),
                       {.key = "metrics.listen",
                        .standard = "127.0.0.1:9600",
                        .doc = "Address and port that serve /metrics, /healthz and /readyz. With port 0 the "
                               "system chooses a free port. With off, or an empty text, nothing is served. "
                               "The server asks for no password, so do not expose it outside the cluster.",
                        .used_by = kServers,
                        .complaint = must_be_an_address_or_off}));
  table.push_back(bind(MEMBER(metrics.by_tenant),
                       {.key = "metrics.by_tenant",
                        .standard = "true",
                        .doc = "In Lambda: whether CloudWatch also gets a series of metrics for each tenant "
                               "and destination. CloudWatch bills each series. The first 200 destinations "
                               "have series of their own, the others share one.",
                        .used_by = kProcess}));
  table.push_back(bind(
      MEMBER(core_dumps),
      {.key = "core_dumps",
       .standard = "false",
       .doc =
           "Whether a crash may leave a core dump and a debugger may attach. A core dump holds the "
           "credentials and log lines that were in memory, so turn this on only while you look for a fault.",
       .used_by = kServers | kReplay}));
  table.push_back(
      bind(MEMBER(cluster_id),
           {.key = "cluster_id",
            .standard = "local",
            .doc = "Name of the cluster that the agent runs in. It is a part of every object's key.",
            .used_by = kLocal | kCollect,
            .complaint = must_be_a_cluster}));
}

void add_local(Table& table) {
  constexpr unsigned kState = kLocal | kProcess | kApi | kTenant | kReplay;
  table.push_back(
      bind(MEMBER(local.root), {.key = "local.root",
                                .standard = "./headgate-data",
                                .doc = "Directory for all files of an installation on one machine.",
                                .used_by = kState | kCollect,
                                .complaint = must_not_be_empty}));
  table.push_back(
      bind(MEMBER(local.state), {.key = "local.state",
                                 .standard = "${local.root}/state.db",
                                 .doc = "SQLite file that holds the queue, the tenants and the ledger.",
                                 .used_by = kState,
                                 .complaint = must_not_be_empty}));
  table.push_back(
      bind(MEMBER(local.delivered), {.key = "local.delivered",
                                     .standard = "${local.root}/delivered",
                                     .doc = "Directory that receives the logs delivered to tenants.",
                                     .used_by = kLocal | kProcess | kReplay,
                                     .complaint = must_not_be_empty}));
}

void add_store(Table& table) {
  constexpr unsigned kReaders = kLocal | kCollect | kProcess | kReplay;
  table.push_back(
      bind(MEMBER(store.kind),
           {.key = "store.kind",
            .standard = "directory",
            .doc = "Where state is kept: directory keeps objects, queue, tenants and ledger on this machine, "
                   "s3 keeps them in AWS. The command headgate local always keeps them on this machine.",
            .used_by = kInAws}));
  table.push_back(
      bind(MEMBER(store.root),
           {.key = "store.root",
            .standard = "${local.root}/store",
            .doc = "Directory that holds the buckets, one folder each. Used if store.kind is directory.",
            .used_by = kReaders,
            .complaint = must_not_be_empty}));
  table.push_back(bind(MEMBER(store.bucket), {.key = "store.bucket",
                                              .standard = "central",
                                              .doc = "Name of the central bucket that agents write to.",
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
                   "{tenant} and {file}. Agents and processors must have the same template.",
            .used_by = kReaders,
            .complaint = must_be_a_key_template}));
}

void add_collect(Table& table) {
  constexpr unsigned kAgents = kLocal | kCollect;
  table.push_back(bind(MEMBER(collect.pod_logs),
                       {.key = "collect.pod_logs",
                        .standard = "/var/log/pods",
                        .doc = "Directory into which the container runtime writes the logs of pods.",
                        .used_by = kAgents,
                        .complaint = must_not_be_empty}));
  table.push_back(
      bind(MEMBER(collect.data_directory),
           {.key = "collect.data_directory",
            .standard = "${local.root}/collect",
            .doc = "Directory of the agent's checkpoints and spool. It must survive restarts of the agent.",
            .used_by = kAgents,
            .complaint = must_not_be_empty}));
  table.push_back(
      bind(MEMBER(collect.lock_wait),
           {.key = "collect.lock_wait",
            .standard = "30s",
            .doc = "How long a starting agent waits for another agent that still uses "
                   "collect.data_directory, for example in a pod that is being replaced. The command "
                   "headgate local waits equally long for local.state. After this time the start fails.",
            .used_by = kAgents,
            .least = 0,
            .most = kHour}));
  add_log_file_settings(table);
  table.push_back(
      bind(MEMBER(collect.start_at), {.key = "collect.start_at",
                                      .standard = "beginning",
                                      .doc = "Where the agent starts in files that exist when it starts for "
                                             "the first time. Later starts continue where the agent stopped.",
                                      .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.record_bytes_max), {.key = "collect.record_bytes_max",
                                              .standard = "1MiB",
                                              .doc = "Longest line that stays one record. A longer line is "
                                                     "split into several records. The largest value is 2MiB.",
                                              .used_by = kAgents,
                                              .least = kKiB,
                                              .most = std::int64_t{kRecordMessageBytesMax}}));
  table.push_back(
      bind(MEMBER(collect.message_time.before_max),
           {.key = "collect.message_time.before_max",
            .standard = "24h",
            .doc = "How far the time in a message may be before the time at which the container runtime read "
                   "the line. If it is further away, the record has the runtime's time and says so. "
                   "CloudWatch Logs refuses events that are more than 14 days old.",
            .used_by = kAgents,
            .most = 365 * 24 * kHour}));
  table.push_back(
      bind(MEMBER(collect.message_time.after_max),
           {.key = "collect.message_time.after_max",
            .standard = "5m",
            .doc = "How far the time in a message may be after the time at which the container runtime read "
                   "the line. CloudWatch Logs refuses events that are more than 2 hours in the future.",
            .used_by = kAgents,
            .most = 365 * 24 * kHour}));
  table.push_back(bind(
      MEMBER(collect.partition),
      {.key = "collect.partition",
       .standard = "pod",
       .doc =
           "Which records share an object: those of one pod, or those of all pods of a tenant on this node. "
           "The choice tenant makes far fewer objects, and AWS bills per object rather than per byte.",
       .used_by = kAgents}));
  table.push_back(bind(MEMBER(collect.overrides),
                       {.key = "collect.overrides",
                        .standard = "{}",
                        .doc = "Namespaces whose batches differ from the general settings, for example "
                               "{tenant-a: [partition=tenant, age_max=1m, bytes_max=8MiB]}. Whatever an "
                               "entry does not name has its general value.",
                        .used_by = kAgents,
                        .complaint = must_be_batch_policies}));
  table.push_back(bind(MEMBER(collect.batch.bytes_max),
                       {.key = "collect.batch.bytes_max",
                        .standard = "64MiB",
                        .doc = "A batch is stored when it has reached this size before compression.",
                        .used_by = kAgents,
                        .least = std::int64_t{kBatchBytesLeast},
                        .most = std::int64_t{kBatchBytesMost}}));
  table.push_back(
      bind(MEMBER(collect.batch.age_max),
           {.key = "collect.batch.age_max",
            .standard = "5m",
            .doc = "A batch is stored when its first record has waited this long, even if the batch is "
                   "small. A shorter time delivers sooner, but makes more objects and so costs more.",
            .used_by = kAgents,
            .least = kBatchAgeLeast.count(),
            .most = kBatchAgeMost.count()}));
  table.push_back(bind(MEMBER(collect.batch.buffers_bytes_max),
                       {.key = "collect.batch.buffers_bytes_max",
                        .standard = "16MiB",
                        .doc = "Most memory that the buffers of all batches take together. With more memory, "
                               "objects of many pods (collect.partition tenant) compress better.",
                        .used_by = kAgents,
                        .least = kMiB,
                        .most = 4 * kGiB}));
  table.push_back(
      bind(MEMBER(collect.batch.open_max),
           {.key = "collect.batch.open_max",
            .standard = "1024",
            .doc = "Most batches that are filled at the same time. Three quarters of them may belong to "
                   "single pods. If more pods write, the other pods of a tenant share an object.",
            .used_by = kAgents,
            .least = 1,
            .most = 100'000}));
  table.push_back(bind(MEMBER(collect.codec), {.key = "collect.codec",
                                               .standard = "gzip",
                                               .doc = "How objects are compressed.",
                                               .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.level),
           {.key = "collect.level",
            .standard = "1",
            .doc = "Compression level. For gzip, 0 to 3 is fast, and 4 to 9 makes objects as small as gzip "
                   "-6 does at a quarter of the speed. For zstd, the level is 1 to 19.",
            .used_by = kAgents,
            .least = 0,
            .most = 19}));
  table.push_back(bind(
      MEMBER(collect.thorough_rate),
      {.key = "collect.thorough_rate",
       .standard = "16MiB",
       .doc =
           "For gzip at level 0 to 3: how many bytes a second are compressed at level 5 instead, which makes "
           "smaller objects. Bytes above this rate, such as a backlog, are compressed at collect.level. At "
           "16MiB this costs at most a tenth of a core. With 0 everything is compressed at collect.level.",
       .used_by = kAgents,
       .least = 0,
       .most = kGiB}));
  table.push_back(bind(
      MEMBER(collect.spool.bytes_max),
      {.key = "collect.spool.bytes_max",
       .standard = "10GiB",
       .doc = "Most disk space for all batches: those being filled, those that wait for the store, and "
              "damaged ones that were put aside. One tenant may use twice the space that is still free. A "
              "tenant above its share is not read for the time being, while its log files keep its lines. If "
              "none of that tenant's batches waits for the store, the agent stores those that it is filling.",
       .used_by = kAgents,
       .least = kMiB,
       .most = kPiB}));
  table.push_back(
      bind(MEMBER(collect.spool.free_bytes_min), {.key = "collect.spool.free_bytes_min",
                                                  .standard = "1GiB",
                                                  .doc = "Free disk space that the agent leaves to the node.",
                                                  .used_by = kAgents,
                                                  .most = kPiB}));
  table.push_back(
      bind(MEMBER(collect.upload.concurrency), {.key = "collect.upload.concurrency",
                                                .standard = "4",
                                                .doc = "Most objects that are uploaded at the same time.",
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
            .doc = "Named lists of RE2 patterns that match the first line of a record of several lines, for "
                   "example {dated: ['^[0-9]{4}-']}. A pod chooses a name by its label "
                   "headgate.io/multiline, or headgate.io/multiline.CONTAINER for one container. The names "
                   "dotnet, go, java, node, php, python, ruby, rust and none exist already.",
            .used_by = kAgents,
            .complaint = must_be_multiline_patterns}));
  table.push_back(bind(MEMBER(collect.multiline.age_max),
                       {.key = "collect.multiline.age_max",
                        .standard = "1s",
                        .doc = "How long a record waits for more lines that belong to it.",
                        .used_by = kAgents,
                        .least = 10,
                        .most = 60 * kSecond}));
  table.push_back(bind(MEMBER(collect.multiline.bytes_max),
                       {.key = "collect.multiline.bytes_max",
                        .standard = "256KiB",
                        .doc = "Longest record of several lines. A longer one is split into several records. "
                               "The largest value is 2MiB.",
                        .used_by = kAgents,
                        .least = kKiB,
                        .most = std::int64_t{kRecordMessageBytesMax}}));
  table.push_back(bind(MEMBER(collect.multiline.lines_max), {.key = "collect.multiline.lines_max",
                                                             .standard = "1000",
                                                             .doc = "Most lines in one record.",
                                                             .used_by = kAgents,
                                                             .least = 2,
                                                             .most = 100'000}));
}

void add_process(Table& table) {
  constexpr unsigned kWorkers = kLocal | kProcess;
  table.push_back(bind(
      MEMBER(process.name),
      {.key = "process.name",
       .doc = "Name of this worker in the ledger. No two running workers may share a name. After a crash, a "
              "new worker of the same name continues its work at once, so in a cluster use the pod's name. "
              "In mode lambda each instance adds a random part. If empty, the name is random.",
       .used_by = kProcess}));
  table.push_back(
      bind(MEMBER(process.concurrency),
           {.key = "process.concurrency",
            .standard = "32",
            .doc = "Most objects that are delivered at the same time. A large object takes 1 to 4 MiB of "
                   "memory, and at most 12 MiB for each destination, whatever its lines hold. Choose more "
                   "than twice the number of tenants that may hang at once, because a "
                   "worker that has just started does not know yet which ones hang.",
            .used_by = kWorkers,
            .least = 1,
            .most = 256}));
  table.push_back(bind(MEMBER(process.visibility),
                       {.key = "process.visibility",
                        .standard = "5m",
                        .doc = "How long the queue hides a received message from other workers. The worker "
                               "extends this time while it works on the message.",
                        .used_by = kWorkers,
                        .least = kSecond,
                        .most = kVisibilityMost}));
  table.push_back(
      bind(MEMBER(process.receives_max),
           {.key = "process.receives_max",
            .standard = "100",
            .doc = "A message that was received this often becomes a dead letter. On AWS the queue's "
                   "maxReceiveCount decides, and headgate check complains if it is lower than this.",
            .used_by = kWorkers,
            .least = 1,
            .most = 1000}));
  table.push_back(bind(
      MEMBER(process.lease),
      {.key = "process.lease",
       .standard = "10m",
       .doc =
           "A delivery whose worker has not reported progress for this long may be taken by another worker.",
       .used_by = kWorkers,
       .least = kSecond,
       .most = 12 * kHour}));
  table.push_back(bind(
      MEMBER(process.retry_first),
      {.key = "process.retry_first",
       .standard = "5s",
       .doc =
           "Longest wait after the first failure of a delivery. The wait doubles with each further failure.",
       .used_by = kWorkers,
       .least = 100,
       .most = kVisibilityMost}));
  table.push_back(bind(MEMBER(process.retry_longest), {.key = "process.retry_longest",
                                                       .standard = "1h",
                                                       .doc = "Longest wait between two tries of a delivery.",
                                                       .used_by = kWorkers,
                                                       .least = 100,
                                                       .most = kVisibilityMost}));
  table.push_back(bind(MEMBER(process.held_bytes_max),
                       {.key = "process.held_bytes_max",
                        .standard = "256MiB",
                        .doc = "Most bytes of stored objects whose messages a worker holds at the same time. "
                               "The worker asks for more messages when some of them are done.",
                        .used_by = kProcess,
                        .least = kMiB,
                        .most = kPiB}));
  table.push_back(bind(MEMBER(process.try_for),
                       {.key = "process.try_for",
                        .standard = "24h",
                        .doc = "A delivery that has failed for this long is parked, with the reason.",
                        .used_by = kProcess,
                        .least = kSecond,
                        .most = 14 * 24 * kHour}));
  table.push_back(
      bind(MEMBER(process.decompression_ratio_max),
           {.key = "process.decompression_ratio_max",
            .standard = "200",
            .doc = "How many times its stored size an object may have after decompression. An object of up "
                   "to 256 MiB after decompression is always allowed. The deliveries of a larger object are "
                   "parked with that reason. To deliver them, raise this setting and replay them.",
            .used_by = kProcess,
            .least = 1,
            .most = 1'000'000}));
  table.push_back(bind(
      MEMBER(process.buckets),
      {.key = "process.buckets",
       .standard = "${store.bucket}",
       .doc = "The only buckets that objects are read from, even if a message names another. All have the "
              "settings of store.bucket, which also holds the quarantine. Scans and replays of a time range "
              "read all of them. S3 copies into tenants' buckets directly from the first 8, while objects of "
              "the others pass through the worker. None of them can be a tenant's destination.",
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

}  // namespace headgate::config
