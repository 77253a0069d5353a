#include "sim/simulation.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "model/compression/compressed_reader.h"
#include "model/quarantine_key.h"
#include "model/record_reader.h"

namespace headgate::sim {
namespace {

constexpr const char* kPodLogs = "/var/log/pods";
constexpr std::chrono::minutes kRecordWait{10};
constexpr const char* kData = "/var/lib/headgate";
const BucketName kCentral("central");

using Lines = std::map<std::string, std::vector<std::string>>;  // pod -> messages in order

// A pod is known by name only; its label changes all the time, to no effect on what it says. Which of its
// runs have ended is known at once.
class SimKube : public Kube {
 public:
  SimKube(bool is_joining, const std::vector<PodWriter>& pods) : is_joining_(is_joining), pods_(pods) {}
  std::optional<PodFacts> pod(const PodId& id) override {
    PodFacts facts;
    facts.labels["app"] = id.pod.str().substr(0, 3);
    if (is_joining_) facts.labels["headgate.io/multiline"] = "said";
    if (!is_joining_ && asked_ / kAskedForEach % 2 == 1) facts.labels["headgate.io/multiline"] = "go";
    return facts;
  }
  std::uint32_t runs_ended(const PodId& id, const ContainerName& /*container*/) override {
    for (const PodWriter& pod : pods_) {
      if (pod.namespace_name() == id.namespace_name.view() && pod.pod() == id.pod.view())
        return pod.runs_ended();
    }
    return 0;
  }
  std::uint64_t changes() override { return ++asked_ / kAskedForEach; }

 private:
  static constexpr std::uint64_t kAskedForEach = 48;
  const bool is_joining_;
  const std::vector<PodWriter>& pods_;
  std::uint64_t asked_ = 0;
};

TenantConfiguration configuration(const char* tenant, const char* type) {
  TenantConfiguration made;
  made.tenant = TenantId(tenant);
  made.type = DestinationName(type);
  made.enabled = true;
  if (kind_of(made.type) == DestinationKind::CloudWatch) {
    made.log_group_name = std::string("/logs/") + tenant;
  } else {
    made.bucket_name = std::string("bucket-of-") + tenant;
  }
  return made;
}

}  // namespace

struct Simulation::Agent {
  Agent(bool is_joining, const std::vector<PodWriter>& pods) : kube(is_joining, pods) {}
  SimKube kube;
  Metrics metrics;
  std::unique_ptr<SimDisk::Events> events;
  std::unique_ptr<collect::Collector> collector;
  std::unique_ptr<collect::Uploader> uploader;
  std::vector<std::uint64_t> to_upload;
  std::vector<collect::BatchManifest> uploaded;
};

struct Simulation::ProcessorSide {
  Metrics metrics;
  std::unique_ptr<tenants::TenantDirectory> tenants;
  std::unique_ptr<process::Processor> processor;
  std::unique_ptr<InlineExecutor> executor;
  std::unique_ptr<process::QueueWorker> worker;
};

Simulation::Simulation(Options options)
    : options_(options),
      random_(options.faults.seed),
      faults_(options.faults),
      disk_(faults_),
      central_(faults_, clock_, kCentral),
      queue_(faults_, clock_, options.faults.seed + 1),
      ledger_(faults_),
      tenant_store_(faults_),
      destinations_(faults_, clock_, central_, options.faults.seed + 2) {
  if (!options_.copies_allowed) destinations_.forbid_copies();
  central_.on_stored([this](const ObjectKey& key, const SimStore::Object& object) {
    if (is_quarantine_key(key)) return;
    queue_.notify(sns_envelope(
        {.bucket = kCentral, .key = key, .bytes = object.bytes.size(), .at = clock_.now()}, "m"));
  });
  // tenant-a wants both; tenant-b only its application `one`, in logs; tenant-c a bucket, and logs that its
  // role refuses.
  tenant_store_.add(configuration("tenant-a", "cloudwatch"));
  tenant_store_.add(configuration("tenant-a", "s3"));
  TenantConfiguration filtered = configuration("tenant-b", "cloudwatch");
  filtered.desired_logs = {"one"};
  tenant_store_.add(filtered);
  tenant_store_.add(configuration("tenant-c", "cloudwatch"));
  tenant_store_.add(configuration("tenant-c", "s3"));
  destinations_.deny(TenantId("tenant-c"));
  std::uint64_t seed = options_.faults.seed * 31;
  for (const char* tenant : {"tenant-a", "tenant-b", "tenant-c"}) {
    for (const char* pod : {"one-1", "two-1"})
      pods_.emplace_back(
          disk_, clock_, kPodLogs,
          PodWriter::Pod{.namespace_name = tenant, .name = pod, .writes_traces = options_.joining}, ++seed,
          [this](const PodWriter& writer) { return stored_of(writer); });
  }
}

Simulation::~Simulation() = default;

Report Simulation::run() {
  for (PodWriter& pod : pods_) pod.step();
  for (std::uint32_t count = 0; count < options_.rounds; ++count) round();
  quiet_down();
  Report report{.calls = faults_.calls(), .crashes = faults_.crashes()};
  for (const PodWriter& pod : pods_) report.lines += pod.said()[0].size() + pod.said()[1].size();
  check_buckets(report);
  check_sinks(report);
  check_ledger(report);
  return report;
}

void Simulation::round() {
  for (std::uint64_t lines = random_.below(6); lines > 0; --lines) pods_[random_.below(pods_.size())].step();
  if (random_.one_in(3)) disk_.runtime_write_back(kPodLogs);
  if (down_rounds_ > 0) {
    --down_rounds_;
  } else if (random_.one_in(50)) {  // its node is drained, or it is being replaced
    agent_.reset();
    down_rounds_ = random_.below(15);
  } else {
    run_agent();
  }
  run_processor();
  clock_.advance(std::chrono::milliseconds(random_.below(3'000)));
  if (random_.one_in(40))
    clock_.jump(std::chrono::seconds(static_cast<std::int64_t>(random_.below(120)) - 60));
}

// Runs a process' turn; if it crashes, what it had in memory is gone, and for an agent perhaps the power too.
template <typename Act>
void Simulation::as_process(Act act, bool is_agent) {
  try {
    act();
  } catch (const Crash&) {
    if (is_agent) {
      agent_.reset();
      if (!random_.one_in(2)) return;
      disk_.lose_power(kData, random_);
      for (PodWriter& pod : pods_) pod.lose_power();
    } else {
      processor_.reset();
    }
  }
}

void Simulation::start_agent() {
  auto agent = std::make_unique<Agent>(options_.joining, pods_);
  collect::CollectorOptions options{.pod_logs = kPodLogs, .data_directory = kData};
  options.cluster = ClusterId("cluster-1");
  options.node = NodeName("node-1");
  options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  options.batch.codec = options_.zstd ? Codec::Zstd : Codec::Gzip;
  options.policy = {.bytes_max = 2'000, .age_max = std::chrono::seconds{5}};
  collect::BatchPolicy packed = options.policy;
  packed.partition = collect::Partition::Tenant;
  packed.bytes_max = 4'000;
  if (options_.packing == Options::Packing::All) options.policy = packed;
  if (options_.packing == Options::Packing::Some) {
    options.policies = {{Namespace("tenant-a"), packed}, {Namespace("tenant-b"), packed}};
  }
  options.thorough_bytes_per_second = 300;  // some batches are begun in one way and ended in the other
  options.buffers_bytes_max = 80U << 10U;   // so that batches have to give up theirs
  options.multiline_patterns = {{"said", {"^tenant-"}}};
  options.multiline = {.bytes_max = 300, .lines_max = 5, .age_max = std::chrono::seconds{2}};
  options.held_bytes_max = 700;
  options.batches_open_max = options_.packing == Options::Packing::All ? 2 : 4;
  options.compressors_max = 2;
  options.record_bytes_max = PodWriter::kRecordBytesMax;
  options.record_wait_max = kRecordWait;  // pods leave records open for long
  if (options_.events) agent->events = std::make_unique<SimDisk::Events>(disk_);
  auto opened = collect::Collector::open({.clock = clock_,
                                          .random = random_,
                                          .disk = disk_,
                                          .kube = agent->kube,
                                          .metrics = agent->metrics,
                                          .events = agent->events.get()},
                                         std::move(options));
  if (!opened.ok()) return;
  agent->collector = std::move(opened).value();
  agent->uploader = std::make_unique<collect::Uploader>(
      clock_, disk_, central_, agent->metrics,
      collect::Uploader::Options{.spool_directory = std::string(kData) + "/spool"});
  agent_ = std::move(agent);
}

void Simulation::run_agent() {
  as_process(
      [this] {
        if (!agent_) start_agent();
        if (!agent_) return;
        (void)agent_->collector->turn();
        for (const std::uint64_t sequence : agent_->collector->take_sealed())
          agent_->to_upload.push_back(sequence);
        std::vector<std::uint64_t> failed;
        for (const std::uint64_t sequence : std::exchange(agent_->to_upload, {})) {
          Result<collect::BatchManifest> uploaded = agent_->uploader->upload(sequence);
          if (uploaded.ok()) {
            agent_->uploaded.push_back(std::move(uploaded).value());
          } else {
            failed.push_back(sequence);
          }
        }
        agent_->to_upload = std::move(failed);
        // Confirmations come in any order, and late.
        if (!agent_->uploaded.empty() && random_.one_in(2)) {
          std::swap(agent_->uploaded.front(), agent_->uploaded.back());
          (void)agent_->collector->confirm(std::exchange(agent_->uploaded, {}));
        }
      },
      true);
}

void Simulation::start_processor() {
  auto side = std::make_unique<ProcessorSide>();
  side->tenants = std::make_unique<tenants::TenantDirectory>(
      clock_, tenant_store_,
      tenants::TenantDirectory::Options{.age_max = std::chrono::seconds{10},
                                        .rules = {.backend = tenants::Backend::Local}});
  process::ProcessorOptions options{.buckets = {kCentral}};
  options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  options.owner = LeaseOwner("worker-1");
  options.log_limits.events_max = 5;  // several batches an object
  side->processor =
      std::make_unique<process::Processor>(process::Processor::Deps{.clock = clock_,
                                                                    .central = central_,
                                                                    .ledger = ledger_,
                                                                    .tenants = *side->tenants,
                                                                    .destinations = destinations_,
                                                                    .metrics = side->metrics},
                                           std::move(options));
  side->executor = std::make_unique<InlineExecutor>(*side->processor);
  process::QueueWorker::Options worker{
      .visibility = std::chrono::seconds{30},
      .retry = {.first = std::chrono::seconds{1}, .longest = std::chrono::seconds{20}},
      .buckets = {kCentral}};
  side->worker =
      std::make_unique<process::QueueWorker>(process::QueueWorker::Deps{.clock = clock_,
                                                                        .random = random_,
                                                                        .queue = queue_,
                                                                        .metrics = side->metrics,
                                                                        .pool = *side->executor},
                                             *KeyTemplate::parse(KeyTemplate::kDefault), std::move(worker));
  processor_ = std::move(side);
}

// What run() of the worker does, step by step, and its heartbeat's turns between them.
void Simulation::run_processor() {
  as_process(
      [this] {
        if (!processor_) start_processor();
        (void)processor_->worker->step({});
        processor_->worker->extend_visibility();
        if (random_.one_in(30)) {  // stopped in an orderly way, with messages that nobody has begun
          (void)processor_->executor->work();
          processor_->worker->drain(Deadline{kLongAgo});
          processor_.reset();
          return;
        }
        while (processor_->executor->work()) processor_->worker->extend_visibility();
      },
      false);
}

// Once the agent has measured since it read.
bool Simulation::has_read_all() const {
  return agent_ &&
         agent_->metrics.exposition().find("\nheadgate_collect_unread_bytes_max 0\n") != std::string::npos;
}

// Nothing goes wrong any more: everything has to arrive within bounded time.
void Simulation::quiet_down() {
  faults_.calm();
  for (PodWriter& pod : pods_) pod.finish();
  constexpr int kRoundsMax = 400;
  bool has_waited = false;
  for (int count = 0; count < kRoundsMax; ++count) {
    run_agent();
    if (agent_ && agent_->collector && count % 3 == 2) {
      (void)agent_->collector->seal_all();
      (void)agent_->collector->confirm(std::exchange(agent_->uploaded, {}));
    }
    run_processor();
    clock_.advance(std::chrono::seconds{2});
    // What is open once all is read ends.
    if (!has_waited && count >= 10 && has_read_all()) {
      has_waited = true;
      clock_.advance(kRecordWait);
    }
    if (count > 30 && has_waited && queue_.empty() && agent_ && agent_->collector->spool().bytes() == 0)
      break;
  }
}

namespace {

std::vector<std::string> lines_of(std::string_view message) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = message.find('\n');
    lines.emplace_back(message.substr(0, end));
    if (end == std::string_view::npos) return lines;
    message.remove_prefix(end + 1);
  }
}

// The number of the line within its pod; 0 if the message does not say.
std::uint64_t number_of(std::string_view message) {
  constexpr std::string_view kBefore = " line ";
  const std::size_t at = message.find(kBefore);
  if (at == std::string_view::npos) return 0;
  return std::strtoull(std::string(message.substr(at + kBefore.size())).c_str(), nullptr, 10);
}

struct Delivered {
  std::string application;
  std::string pod;
  std::string stream;
  std::string message;
  bool is_joined = false;  // to the one before it
};

// The lines of an object; those that were joined into one record, each.
std::vector<Delivered> records_of(const SimStore::Object& object) {
  StringSource source{std::string(object.bytes)};
  CompressedReader plain(source, {});
  RecordReader records(plain, {});
  std::vector<Delivered> found;
  for (;;) {
    const auto record = records.next();
    if (!record.ok()) return {{.message = "unreadable: " + record.error().what}};
    if (*record == nullptr) return found;
    bool is_joined = false;
    for (std::string& line : lines_of((*record)->message)) {
      found.push_back({.application = std::string((*record)->application),
                       .pod = std::string((*record)->pod_name),
                       .stream = std::string((*record)->stream),
                       .message = std::move(line),
                       .is_joined = std::exchange(is_joined, true)});
    }
  }
}

// What was said, cut as the agent cuts.
std::vector<std::string> in_parts(const std::vector<std::string>& said) {
  constexpr std::size_t kRecordBytesMax = PodWriter::kRecordBytesMax;
  std::vector<std::string> parts;
  for (const std::string& message : said) {
    std::size_t at = 0;
    for (; message.size() - at > kRecordBytesMax; at += kRecordBytesMax)
      parts.push_back(message.substr(at, kRecordBytesMax));
    parts.push_back(message.substr(at));
  }
  return parts;
}

std::string first_differing(const std::vector<std::string>& wanted, const std::vector<std::string>& found) {
  const auto [left, right] = std::mismatch(wanted.begin(), wanted.end(), found.begin(), found.end());
  return right != found.end() ? *right : left != wanted.end() ? *left : "";
}

std::string differing(const std::vector<std::string>& wanted, const std::vector<std::string>& found) {
  const auto [left, right] = std::mismatch(wanted.begin(), wanted.end(), found.begin(), found.end());
  if (left == wanted.end() && right == found.end()) return "";
  return "at " + std::to_string(left - wanted.begin()) + " of " + std::to_string(wanted.size()) +
         ": wanted '" + (left == wanted.end() ? "nothing" : *left) + "', found '" +
         (right == found.end() ? "nothing" : *right) + "'";
}

}  // namespace

// How many records of a pod are in the central bucket.
std::array<std::size_t, 2> Simulation::stored_of(const PodWriter& pod) {
  std::array<std::size_t, 2> stored{};
  for (const auto& [key, object] : central_.objects()) {
    if (!key.view().starts_with("cluster-1/" + pod.namespace_name() + "/")) continue;
    const auto [known, is_new] = stored_.try_emplace(key);
    if (is_new) {
      for (const Delivered& record : records_of(object)) {
        ++known->second[record.pod][record.stream == name_of(Stream::Stderr) ? 1 : 0];
      }
    }
    const auto counts = known->second.find(pod.pod());
    if (counts == known->second.end()) continue;
    for (std::size_t stream = 0; stream < 2; ++stream) stored[stream] += counts->second[stream];
  }
  return stored;
}

namespace {

// What a power loss took, and nothing else, may be missing; or it was read before, each record or piece of
// its line once.
void forget_lost(const PodWriter& pod, const std::vector<std::string>& wanted,
                 std::vector<std::string>& delivered) {
  std::vector<std::string> more;
  std::set_difference(delivered.begin(), delivered.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(more));
  std::size_t times = 0;
  for (std::size_t index = 0; index < more.size(); ++index) {
    times = index > 0 && more[index] == more[index - 1] ? times + 1 : 1;
    const std::size_t lost = pod.times_lost(more[index]);
    if (lost == 0 || (times > lost && !more[index].empty())) continue;
    delivered.erase(std::find(delivered.begin(), delivered.end(), more[index]));
  }
}

}  // namespace

// Buckets: every line once, in order. Objects of one pod, in the order they were made (their key's time, then
// sealing order).
void Simulation::check_buckets(Report& report) const {
  for (const char* tenant : {"tenant-a", "tenant-c"}) {
    const auto bucket = destinations_.buckets().find(std::string("bucket-of-") + tenant);
    if (bucket == destinations_.buckets().end()) {
      report.lost = std::string(tenant) + ": no bucket was ever opened";
      continue;
    }
    std::map<std::string, std::vector<std::string>> found;  // pod/stream -> messages
    for (const auto& [key, object] : bucket->second->objects()) {
      if (!key.view().starts_with(std::string(tenant) + "/")) report.misdelivered = key.str();
      std::map<std::string, std::uint64_t> last;  // line of pod and stream, in this object
      for (const Delivered& record : records_of(object)) {
        const std::uint64_t number = number_of(record.message);
        std::uint64_t& before = last[record.pod + record.stream];
        const bool was_cut = std::any_of(pods_.begin(), pods_.end(), [&](const PodWriter& pod) {
          return pod.pod() == record.pod && pod.namespace_name() == tenant && pod.was_lost(record.message);
        });
        if (number > 0 && number <= before && !was_cut)
          report.changed = key.str() + ": out of order: " + record.message;
        if (number > 0 && !was_cut) before = number;
        const bool is_foreign =
            !was_cut && record.message.starts_with("tenant-") && !record.message.starts_with(tenant);
        if (is_foreign) report.misdelivered = key.str() + ": " + record.message;
        if (record.is_joined) ++report.lines_joined;
        found[record.pod + record.stream].push_back(record.message);
      }
    }
    for (const PodWriter& pod : pods_) {
      if (pod.namespace_name() != tenant) continue;
      for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
        std::vector<std::string> wanted = in_parts(pod.said()[static_cast<std::size_t>(stream)]);
        std::vector<std::string>& delivered = found[pod.pod() + std::string(name_of(stream))];
        // Across objects order is by key, which a jumping clock and random ids do not keep: compare as
        // multisets.
        std::sort(wanted.begin(), wanted.end());
        std::sort(delivered.begin(), delivered.end());
        forget_lost(pod, wanted, delivered);
        const std::string difference = differing(wanted, delivered);
        if (difference.empty()) continue;
        (delivered.size() > wanted.size() ? report.twice : report.lost) =
            std::string(tenant) + "/" + pod.pod() + " in its bucket " + difference +
            where_stored(pod.pod(), first_differing(wanted, delivered));
      }
    }
    if (bucket->second->overwrites() > 0)
      report.changed = std::string(tenant) + ": an object was overwritten";
  }
}

std::string Simulation::where_stored(const std::string& pod, const std::string& message) const {
  std::string where = ", stored in:";
  for (const auto& [key, object] : central_.objects()) {
    for (const Delivered& record : records_of(object)) {
      if (record.pod == pod && record.message == message) where += " " + key.str();
    }
  }
  return where;
}

// Log groups: every line at least once; no more batches repeated than crashes and lost replies explain; each
// batch in order.
void Simulation::check_sinks(Report& report) const {
  for (const PodWriter& pod : pods_) {
    const bool is_wanted = pod.namespace_name() == "tenant-a" ||
                           (pod.namespace_name() == "tenant-b" && pod.pod().starts_with("one"));
    const auto sink = destinations_.sinks().find(TenantId(pod.namespace_name()));
    std::map<std::string, std::int64_t> count;
    std::size_t batches_twice = 0;
    if (sink != destinations_.sinks().end()) {
      std::set<std::vector<std::pair<std::int64_t, std::string>>> seen;
      for (const auto& [name, batches] : sink->second->streams()) {
        if (name.second.view() != pod.pod()) continue;
        for (const SimSink::Batch& batch : batches) {
          if (!seen.insert(batch.events).second) ++batches_twice;
          for (const auto& [at, message] : batch.events) {
            for (const std::string& line : lines_of(message == " " ? "" : message)) ++count[line];
          }
        }
      }
    }
    if (batches_twice > faults_.crashes() + faults_.replies_lost()) {
      report.twice =
          pod.namespace_name() + "/" + pod.pod() + ": " + std::to_string(batches_twice) + " batches";
    }
    std::map<std::string, std::int64_t> wanted;
    for (const auto& said : pod.said()) {
      for (const std::string& part : in_parts(said)) ++wanted[part];
    }
    if (!is_wanted) wanted.clear();
    for (const auto& [message, times] : wanted) {
      if (count[message] < times) {
        report.lost = pod.namespace_name() + "/" + pod.pod() + " in logs: '";
        report.lost += message + "'" + where_stored(pod.pod(), message);
      }
    }
    for (const auto& [message, times] : count) {
      if (times > 0 && !wanted.contains(message) && !(is_wanted && pod.was_lost(message))) {
        report.misdelivered = pod.namespace_name() + "/" + pod.pod() + " in logs: '" + message + "'";
      }
    }
  }
}

// Every object has a known end at each destination of its tenant; the refused one's are parked with the
// reason.
void Simulation::check_ledger(Report& report) const {
  if (!queue_.empty()) report.unsettled = "messages are left in the queue";
  std::map<std::pair<ObjectKey, DestinationName>, DeliveryState> states;
  for (const auto& [id, row] : ledger_.rows()) states[{id.key, id.destination}] = row.entry.state;
  for (const auto& [key, object] : central_.objects()) {
    if (is_quarantine_key(key)) continue;
    const bool is_a = key.view().starts_with("cluster-1/tenant-a/");
    const bool is_b = key.view().starts_with("cluster-1/tenant-b/");
    if (key.view().find("/_packed/") != std::string_view::npos) ++report.packed_objects;
    const std::vector<Delivered> records = records_of(object);
    const bool is_one = std::any_of(records.begin(), records.end(),
                                    [](const Delivered& record) { return record.application == "one"; });
    const DeliveryState logs = is_a || (is_b && is_one) ? DeliveryState::Delivered
                               : is_b                   ? DeliveryState::Filtered
                                                        : DeliveryState::Parked;
    const auto at_logs = states.find({key, DestinationName("cloudwatch")});
    if (at_logs == states.end() || at_logs->second != logs) report.unsettled = key.str() + " at cloudwatch";
    if (is_b) continue;
    const auto at_bucket = states.find({key, DestinationName("s3")});
    if (at_bucket == states.end() || at_bucket->second != DeliveryState::Delivered) {
      report.unsettled = key.str() + " at s3";
    }
  }
}

}  // namespace headgate::sim
