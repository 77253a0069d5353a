#include "collect/agent.h"

#include <pthread.h>

#include "base/log.h"

namespace headgate::collect {

Result<std::unique_ptr<Agent>> Agent::start(const Collector::Deps& deps, ObjectStore& store,
                                            Options options) {
  options.uploader.spool_directory = options.collector.data_directory + "/spool";
  auto agent = std::unique_ptr<Agent>(new Agent(deps, store, std::move(options)));
  agent->collector_ = TRY(Collector::open(deps, agent->options_.collector));
  Agent* self = agent.get();
  for (std::size_t number = 0; number < agent->options_.uploads; ++number) {
    agent->uploaders_.emplace_back([self](const std::stop_token& stop) { self->upload_loop(stop); });
  }
  agent->collect_ = std::jthread([self](const std::stop_token& stop) { self->collect_loop(stop); });
  return agent;
}

Agent::Agent(const Collector::Deps& deps, ObjectStore& store, Options options)
    : deps_(deps),
      options_(std::move(options)),
      schedule_(deps.random, options_.backoff),
      uploader_(std::make_unique<Uploader>(deps.clock, deps.disk, store, deps.metrics, options_.uploader)) {}

Agent::~Agent() {
  if (collect_.joinable()) stop(std::chrono::milliseconds{0});
}

void Agent::collect_loop(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "collect");
  while (!stop.stop_requested()) {
    if (!collect_round(Deadline::never())) deps_.clock.sleep(options_.poll, stop);
  }
  // What is in the files now is still taken; then everything open is sealed. Bounded: writers may go on
  // writing.
  constexpr int kLastRounds = 1000;
  collector_->look_again();
  for (int round = 0; round < kLastRounds && collect_round(read_until_); ++round) {
  }
  const Result<> sealed = collector_->seal_to_leave();
  if (!sealed.ok())
    log::error("open_batches_not_sealed",
               "Open batches could not be sealed before the agent ended. Their lines are read again at the "
               "next start.",
               {{"error", sealed.error().what}});
}

bool Agent::collect_round(Deadline read_until) {
  take_uploaded();
  const Result<bool> turned = collector_->turn(read_until);
  if (!turned.ok()) {
    if (const auto times = failed_times("collecting"))
      log::error("collection_failed",
                 "Collecting failed on the node's own disk, and is tried again every second. Check the disk.",
                 {{"error", turned.error().what}, {"times", *times}});
  }
  hand_over();
  return turned.ok() && *turned;
}

// A failure of our own disk repeats every second for as long as it lasts.
std::optional<std::uint64_t> Agent::failed_times(std::string_view what) {
  return said_.happened(what, deps_.clock.steady());
}

void Agent::hand_over() {
  for (const std::uint64_t sequence : collector_->take_sealed()) schedule_.add(sequence);
  const SteadyTime now = deps_.clock.steady();
  while (to_upload_.size() < kQueueLength) {
    std::optional<std::uint64_t> sequence = schedule_.next(now);
    if (!sequence) break;
    CHECK(to_upload_.try_push(*sequence));  // nobody else pushes
  }
}

void Agent::take_uploaded() {
  std::vector<BatchManifest> stored;
  while (std::optional<Uploaded> uploaded = uploaded_.try_pop()) {
    if (!uploaded->result.ok()) {
      take_failed(*uploaded);
      continue;
    }
    schedule_.stored(uploaded->sequence);
    stored.push_back(std::move(uploaded->result).value());
  }
  if (stored.empty()) return;
  const Result<> confirmed = collector_->confirm(std::move(stored));
  if (confirmed.ok()) return;
  if (const auto times = failed_times("checkpoint"))
    log::error("checkpoint_not_written",
               "A checkpoint could not be written, and is tried again every second. Check the node's disk.",
               {{"error", confirmed.error().what}, {"times", *times}});
}

void Agent::take_failed(const Uploaded& uploaded) {
  const Error& error = uploaded.result.error();
  if (error.fault == Fault::Stopped) return;  // we leave: it stays sealed
  if (error.fault == Fault::Invalid) {
    const Result<> aside = collector_->set_aside(uploaded.sequence);
    if (aside.ok()) {
      log::error("damaged_batch_set_aside",
                 "A batch in the spool is damaged and was set aside. Its lines are lost unless the log files "
                 "still hold them. Check the node's disk.",
                 {{"error", error.what}});
      return schedule_.given_up(uploaded.sequence);
    }
    if (const auto times = failed_times("aside"))
      log::error(
          "damaged_batch_not_set_aside",
          "A damaged batch in the spool could not be set aside, and is tried again. Check the node's disk.",
          {{"error", aside.error().what}, {"times", *times}});
  }
  const auto wait = schedule_.failed(uploaded.sequence, uploaded.tenant, deps_.clock.steady());
  if (error.fault == Fault::Retry) {
    log::warn("upload_failed", "A batch could not be stored in the bucket. It is tried again after wait_ms.",
              {{"error", error.what}, {"tenant", uploaded.tenant}, {"wait_ms", wait.count()}});
  } else {
    log::warn("upload_refused",
              "The bucket refuses a batch, which is kept and tried again after wait_ms. Correct the bucket's "
              "name or policy, the agent's role or the KMS key.",
              {{"error", error.what}, {"tenant", uploaded.tenant}, {"wait_ms", wait.count()}});
  }
}

void Agent::upload_loop(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "upload");
  constexpr std::chrono::milliseconds kWait{200};
  while (!stop.stop_requested()) {
    const std::optional<std::uint64_t> sequence = to_upload_.pop(stop, kWait);
    if (!sequence) continue;
    Uploaded uploaded{.sequence = *sequence, .result = uploader_->upload(*sequence)};
    if (!uploaded.result.ok()) uploaded.tenant = tenant_of(*sequence);
    if (!uploaded_.push(std::move(uploaded), stop)) return;
  }
}

// Whose batch it is, as its key tells; those whose keys do not are one tenant.
std::string Agent::tenant_of(std::uint64_t sequence) const {
  const auto batch = open_sealed_batch(deps_.disk, options_.uploader.spool_directory, sequence);
  if (!batch.ok()) return "";
  const auto fields = options_.collector.key_template.parse_key(batch->manifest().key);
  return fields.ok() ? fields->tenant.str() : "";
}

std::size_t Agent::stop(std::chrono::milliseconds grace) {
  const SteadyTime now = deps_.clock.steady();
  const SteadyTime until = now + grace;
  read_until_ = Deadline::after(now, grace / 2);  // sealing and uploading have the rest
  collect_.request_stop();
  if (collect_.joinable()) collect_.join();
  // This thread is the collect thread's heir.
  while (!collector_->spool().sequences().empty() && deps_.clock.steady() < until) {
    hand_over();
    take_uploaded();
    deps_.clock.sleep(std::chrono::milliseconds{10}, {});
  }
  for (std::jthread& uploader : uploaders_) uploader.request_stop();
  std::stop_source leave = options_.leave;
  leave.request_stop();
  uploaders_.clear();
  take_uploaded();
  return collector_->spool().sequences().size();
}

}  // namespace headgate::collect
