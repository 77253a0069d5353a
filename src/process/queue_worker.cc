#include "process/queue_worker.h"

#include <pthread.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "process/invocation.h"

namespace headgate::process {
namespace {

// Of one message, since it was received: SQS counts 12 h from then, and a little is left for the last call.
constexpr std::chrono::seconds kHeldMax = Queue::kVisibilityMax - std::chrono::seconds{60};

// How often the queue is asked while a tenant has used up its share of the room and was all that came. At ten
// messages a look a lone tenant gets few enough back, and behind a backlog of 10 000 others are found in a
// minute or two.
constexpr std::chrono::milliseconds kLookWhenAlone{1'000};
constexpr std::chrono::milliseconds kLookAmongOthers{100};
constexpr std::chrono::seconds kOthersRemembered{60};

constexpr std::chrono::seconds kCallMax{20};  // of a call to the queue that does not wait for messages
// A receive that takes so much longer than it was to wait says that the queue does not answer.
constexpr std::chrono::seconds kAnswerMax{10};
// Of the grace, what is kept for giving back what did not end: a quarter, and not more than this.
constexpr std::chrono::nanoseconds kGiveBackMax{std::chrono::seconds{2}};
// So much later than it was to end a receive that was stopped may still take messages, for nobody.
constexpr std::chrono::seconds kReceiveEndsLate{1};
// How often a queue whose messages all name foreign buckets is looked into.
constexpr std::chrono::seconds kLookWhenEstranged{30};

}  // namespace

QueueWorker::QueueWorker(Deps deps, KeyTemplate key_template, Options options)
    : deps_(deps),
      key_template_(std::move(key_template)),
      options_(std::move(options)),
      done_(deps.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                 {{"verdict", "done"}})),
      again_(deps.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                  {{"verdict", "try-later"}})),
      given_back_(deps.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                       {{"verdict", "given-back"}})),
      held_messages_(
          deps.metrics.gauge("headgate_process_held_messages", "Messages received and not yet settled")),
      held_bytes_(deps.metrics.gauge("headgate_process_held_bytes",
                                     "Bytes of the objects that the held messages stand for")),
      visibility_failures_(deps.clock, deps.metrics),
      room_(options_.room) {}

void QueueWorker::run(const std::stop_token& stop) {
  std::jthread heart([this](const std::stop_token& end) { beat(end); });
  // This thread may be in a call that hangs when the stop comes.
  std::jthread watch([this](const std::stop_token& over) { watch_grace(over); });
  const std::stop_callback on_stop(stop, [this] { begin_grace(); });
  std::uint32_t failures = 0;
  while (!stop.stop_requested()) {
    const Result<> received = step(stop);
    if (stop.stop_requested()) break;  // which ends a receive, too
    if (received.ok()) {
      failures = 0;
      if (is_estranged()) deps_.clock.sleep(kLookWhenEstranged, stop);
      continue;
    }
    const auto wait = options_.after_error.wait(++failures, deps_.random.next());
    log::warn("queue_receive_failed",
              "The queue gave no messages because the call failed. It is asked again after wait_ms.",
              {{"error", received.error().what}, {"wait_ms", wait.count()}});
    deps_.clock.sleep(wait, stop);
  }
  begin_grace();  // the callback may not have run yet
  give_back_what_waits();
  {
    const MutexLock lock(mutex_);
    while (room_.messages() > 0) changed_.wait(mutex_);
  }
  // Nothing is held: what may still hang is the heartbeat's call.
  options_.stops.deliveries.request_stop();
  options_.stops.writes.request_stop();
}

Result<> QueueWorker::step(const std::stop_token& stop) {
  const std::size_t count = wait_for_room(stop);
  if (count == 0) return {};
  Result<std::vector<ReceivedMessage>> received = receive(is_estranged() ? 1 : count);
  saw(received.ok() ? Result<>() : Result<>(received.error()));
  if (!received.ok()) return std::move(received).error();
  std::size_t taken = 0;
  std::vector<std::string> unwanted;
  for (ReceivedMessage& message : *received) {
    if (stop.stop_requested()) {
      begin_grace();
      unwanted.push_back(std::move(message.receipt));
    } else if (submit(std::move(message)) == Taken::Yes) {
      ++taken;
    }
  }
  give_back(unwanted);
  has_found_others_ = is_looking_ && taken > 0;
  return {};
}

// How many messages to ask for; none when stopped. While a tenant has used up its share, more of its own
// would only be given back, and whether others wait the queue alone knows. So it is looked into: at once as
// long as that finds others, often after that, and seldom where there is but one tenant, which gains nothing
// by having its messages given back.
std::size_t QueueWorker::wait_for_room(const std::stop_token& stop) {
  const MutexLock lock(mutex_);
  is_looking_ = false;
  std::size_t count = room_.count_for_anyone(Queue::kReceiveMax);
  if (count == 0 && !has_found_others_) {
    const bool is_alone = deps_.clock.steady() - others_seen_at_ > kOthersRemembered;
    const SteadyTime until = CondVar::after(is_alone ? kLookWhenAlone : kLookAmongOthers);
    for (bool may_wait = true; count == 0 && may_wait;) {
      may_wait = changed_.wait_until(mutex_, until, stop);
      count = room_.count_for_anyone(Queue::kReceiveMax);
    }
  }
  if (count > 0) return count;
  if (stop.stop_requested()) return 0;
  while ((count = room_.count(Queue::kReceiveMax)) == 0) {
    if (!changed_.wait(mutex_, stop)) return 0;
  }
  is_looking_ = true;
  return count;
}

Result<std::vector<ReceivedMessage>> QueueWorker::receive(std::size_t count) {
  const SteadyTime now = deps_.clock.steady();
  {
    const MutexLock lock(mutex_);
    asked_at_ = now;
  }
  // The first look does not wait: what is asked of us meanwhile (readiness) has an answer soon.
  const auto wait = std::exchange(has_asked_, true) ? options_.wait : std::chrono::milliseconds{0};
  Result<std::vector<ReceivedMessage>> received =
      deps_.queue.receive({.count_max = count, .visibility = options_.visibility, .wait = wait},
                          Deadline::after(now, wait + kCallMax));
  const bool is_stopped = !received.ok() && received.error().fault == Fault::Stopped;
  if (is_stopped) abandoned_until_ = now + wait + kReceiveEndsLate;
  return received;
}

void QueueWorker::saw(const Result<>& received) {
  const MutexLock lock(mutex_);
  asked_at_.reset();
  if (!received.ok() || !is_estranged()) seen_ = received;
}

Result<> QueueWorker::status() const {
  const SteadyTime now = deps_.clock.steady();
  const MutexLock lock(mutex_);
  if (!asked_at_ || !seen_.ok()) return seen_;
  const std::chrono::nanoseconds takes = now - *asked_at_;
  if (takes <= options_.wait + kAnswerMax) return seen_;
  return Error{Fault::Retry, "the queue has not answered for " +
                                 std::to_string(std::chrono::floor<std::chrono::seconds>(takes).count()) +
                                 " s"};
}

// Whether it names objects, and none of them in a bucket of ours.
bool QueueWorker::is_foreign(const Task& task) {
  if (options_.buckets.empty() || task.objects.empty()) return false;
  if (!names_only_others(task, options_.buckets)) {
    if (is_estranged())
      log::info("queue_bucket_matched",
                "The queue's messages name a bucket of this worker again, so it processes them.");
    foreign_in_a_row_ = 0;
    has_seen_ours_ = true;
    return false;
  }
  ++foreign_in_a_row_;
  if (!is_estranged()) return true;
  const std::string& bucket = task.objects.front().object.bucket.str();
  const std::string ours = options_.buckets.begin()->str();
  const std::string what = "every message of the queue names another bucket: " + bucket + " and not " + ours +
                           "; store.bucket, process.buckets or aws.queue_url is another environment's";
  if (foreign_in_a_row_ == foreign_max()) {
    log::error("queue_bucket_mismatched",
               "The queue's messages name a bucket that is not this worker's, so they go back to the queue. "
               "Correct aws.queue_url, store.bucket or process.buckets.",
               {{"bucket", bucket}, {"expected_bucket", ours}});
  }
  const MutexLock lock(mutex_);
  seen_ = Error{Fault::Invalid, what};
  return true;
}

QueueWorker::Taken QueueWorker::submit(ReceivedMessage message) {
  Task task = read_task(std::move(message), key_template_);
  // A message that names foreign buckets goes to quarantine when others name ours. Until that is seen, and
  // while none does, it goes back: the fault may be in our configuration.
  const bool is_kept_out = is_foreign(task) && (is_estranged() || !has_seen_ours_);
  const TenantId tenant = task.tenant();
  if (last_tenant_ && *last_tenant_ != tenant) others_seen_at_ = deps_.clock.steady();
  last_tenant_ = tenant;
  const bool is_held_up = deps_.pool.is_held_up(tenant);
  Taken taken = Taken::No;
  std::uint64_t charged = 0;
  if (!is_kept_out) {
    const MutexLock lock(mutex_);
    if (!is_held_up && room_.has_share_for(tenant)) {
      taken = Taken::Yes;
      const SteadyTime now = deps_.clock.steady();
      charged = room_.charge(task.object_bytes(), task.message.body.size());
      room_.take(tenant, charged);
      held_[task.message.receipt] = {
          .receipt = task.message.receipt, .received_at = now, .visible_at = now + options_.visibility};
      held_messages_.set(static_cast<double>(room_.messages()));
      held_bytes_.set(static_cast<double>(room_.bytes()));
    }
  }
  if (taken == Taken::No) {
    given_back_.add();
    let_go(task.message, wait_after(task.message, {}, options_.retry, deps_.random.next()));
    return taken;
  }
  const auto done = [this, tenant, charged](const ReceivedMessage& of, const Outcome& outcome) {
    settle(of, outcome);
    forget(tenant, charged);
  };
  deps_.pool.submit({.task = std::move(task),
                     .tenant = tenant,
                     .limits = {.stop = options_.stops.deliveries.get_token()},
                     .done = done});
  return taken;
}

void QueueWorker::settle(const ReceivedMessage& message, const Outcome& outcome) {
  {
    const MutexLock lock(mutex_);
    held_.erase(message.receipt);  // first: nobody extends it any more
  }
  if (outcome.verdict == Verdict::TryLater) {
    again_.add();
    let_go(message, wait_after(message, outcome, options_.retry, deps_.random.next()));
    return;
  }
  done_.add();
  const Result<> removed = deps_.queue.remove(message.receipt, call_deadline());
  // A receipt that is void: it came to someone else meanwhile, who will find everything done.
  if (removed.ok() || removed.error().fault == Fault::NotFound) return;
  log::warn("message_not_deleted",
            "A processed message could not be deleted from the queue. It will arrive again, and nothing will "
            "be delivered twice.",
            {{"message_id", message.id}, {"error", removed.error().what}});
}

void QueueWorker::let_go(const ReceivedMessage& message, std::chrono::seconds visibility) {
  visibility_failures_.saw(deps_.queue.change_visibility(message.receipt, visibility, call_deadline()));
}

void QueueWorker::give_back(const std::vector<std::string>& receipts) {
  if (receipts.empty()) return;
  visibility_failures_.saw(deps_.queue.give_back(receipts, call_deadline()), receipts.size());
}

Deadline QueueWorker::call_deadline() const {
  const Deadline call = Deadline::after(deps_.clock.steady(), kCallMax);
  const MutexLock lock(mutex_);
  return grace_ ? sooner(call, *grace_) : call;
}

void QueueWorker::forget(const TenantId& tenant, std::uint64_t charged) {
  const MutexLock lock(mutex_);
  room_.give_back(tenant, charged);
  held_messages_.set(static_cast<double>(room_.messages()));
  held_bytes_.set(static_cast<double>(room_.bytes()));
  changed_.notify_all();  // with the lock: without it this may be gone as soon as nothing is held
}

void QueueWorker::drain(Deadline grace) {
  {
    const MutexLock lock(mutex_);
    grace_ = grace;
  }
  give_back_what_waits();
  {
    const MutexLock lock(mutex_);
    if (room_.messages() == 0) return;
  }
  std::jthread watch([this](const std::stop_token& over) { watch_grace(over); });
  const MutexLock lock(mutex_);
  while (room_.messages() > 0) changed_.wait(mutex_);
}

void QueueWorker::begin_grace() {
  const MutexLock lock(mutex_);
  if (!grace_) grace_ = Deadline::after(deps_.clock.steady(), options_.grace);
  changed_.notify_all();
}

// Ends the waits of others when the grace is used up; returns at once when that is not needed any more.
void QueueWorker::watch_grace(const std::stop_token& over) {
  ::pthread_setname_np(::pthread_self(), "grace");
  Deadline grace;
  {
    const MutexLock lock(mutex_);
    while (!grace_) {
      if (!changed_.wait(mutex_, over)) return;
    }
    grace = *grace_;
  }
  const std::chrono::nanoseconds left = grace.left(deps_.clock.steady());
  if (deps_.clock.sleep(left - std::min(left / 4, kGiveBackMax), over)) return;
  options_.stops.deliveries.request_stop();
  if (deps_.clock.sleep(grace.left(deps_.clock.steady()), over)) return;
  options_.stops.writes.request_stop();
}

void QueueWorker::give_back_what_waits() {
  std::vector<std::string> receipts;
  for (const Executor::Job& job : deps_.pool.withdraw()) {
    const std::string& receipt = job.task.message.receipt;
    std::uint64_t charged = 0;
    {
      const MutexLock lock(mutex_);
      held_.erase(receipt);  // nobody extends it any more
      charged = room_.charge(job.task.object_bytes(), job.task.message.body.size());
    }
    again_.add();
    receipts.push_back(receipt);
    forget(job.tenant, charged);
  }
  if (!receipts.empty()) await_end_of_abandoned_receive();
  give_back(receipts);
}

// The queue does not know that nobody waits for its answer any more: what goes back meanwhile it may hand to
// that receive, and nobody would see it again before its visibility ends.
void QueueWorker::await_end_of_abandoned_receive() {
  const SteadyTime now = deps_.clock.steady();
  std::chrono::nanoseconds wait = Deadline{abandoned_until_}.left(now);
  {
    const MutexLock lock(mutex_);
    if (grace_) wait = std::min(wait, grace_->left(now) / 2);
  }
  if (wait.count() > 0) deps_.clock.sleep(wait, {});
}

void QueueWorker::beat(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "heartbeat");
  const std::chrono::nanoseconds period = std::chrono::nanoseconds{options_.visibility} / 6;
  while (!deps_.clock.sleep(period, stop)) extend_visibility();
}

// What has used half of its visibility gets all of it again, until the queue allows no more.
void QueueWorker::extend_visibility() {
  const SteadyTime now = deps_.clock.steady();
  std::vector<std::string> due;
  {
    const MutexLock lock(mutex_);
    for (const auto& [receipt, held] : held_) {
      const bool is_due = (held.visible_at - now) * 2 <= options_.visibility;
      if (is_due && now + options_.visibility - held.received_at <= kHeldMax) due.push_back(receipt);
    }
  }
  for (const std::string& receipt : due) {
    if (options_.stops.deliveries.stop_requested()) return;
    const Result<> extended = deps_.queue.change_visibility(receipt, options_.visibility, call_deadline());
    const MutexLock lock(mutex_);
    const auto held = held_.find(receipt);
    if (held == held_.end()) continue;
    if (extended.ok()) held->second.visible_at = now + options_.visibility;
    visibility_failures_.saw(extended);
  }
}

}  // namespace headgate::process
