#include "process/queue_worker.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "process/batch.h"

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

}  // namespace

QueueWorker::QueueWorker(World world, KeyTemplate key_template, Options options)
    : world_(world),
      key_template_(std::move(key_template)),
      options_(std::move(options)),
      done_(world.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                  {{"verdict", "done"}})),
      again_(world.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                   {{"verdict", "try-later"}})),
      given_back_(world.metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                                        {{"verdict", "given-back"}})),
      held_messages_(
          world.metrics.gauge("headgate_process_held_messages", "Messages received and not yet settled")),
      held_bytes_(world.metrics.gauge("headgate_process_held_bytes",
                                      "Bytes of the objects that the held messages stand for")),
      room_(options_.room) {}

QueueWorker::~QueueWorker() {
  leave(Deadline{kLongAgo});  // after run() nothing is held
}

void QueueWorker::run(const std::stop_token& stop) {
  // A stop may come in the middle of a long poll, which then takes of the grace.
  std::atomic<SteadyTime> stopped_at = kLongAgo;
  const std::stop_callback on_stop(stop, [&] { stopped_at = world_.clock.steady(); });
  std::jthread heart([this](const std::stop_token& end) { beat(end); });
  std::uint32_t failures = 0;
  while (!stop.stop_requested()) {
    const std::size_t count = wait_for_room(stop);
    if (count == 0) break;
    const Result<> received = receive(count, stop);
    if (received.ok()) {
      failures = 0;
      continue;
    }
    const auto wait = options_.after_error.wait(++failures, world_.random.next());
    log::warn("the queue failed and is asked again",
              {{"what", received.error().what}, {"wait_ms", wait.count()}});
    world_.clock.sleep(wait, stop);
  }
  // The callback may not have run yet.
  const SteadyTime since = stopped_at.load() == kLongAgo ? world_.clock.steady() : stopped_at.load();
  leave(Deadline::after(since, options_.grace));
}

// How many messages to ask for; none when stopped. While a tenant has used up its share, more of its own
// would only be given back, and whether others wait the queue alone knows. So it is looked into: at once as
// long as that finds others, often after that, and seldom where there is but one tenant, which gains nothing
// by having its messages given back.
std::size_t QueueWorker::wait_for_room(const std::stop_token& stop) {
  std::size_t count = 0;
  const auto has_room = [&] { return (count = room_.count(Queue::kReceiveMax)) > 0; };
  const auto has_room_for_anyone = [&] { return (count = room_.count_for_anyone(Queue::kReceiveMax)) > 0; };
  std::unique_lock lock(mutex_);
  is_looking_ = false;
  if (has_room_for_anyone()) return count;
  if (!has_found_others_) {
    const bool is_alone = world_.clock.steady() - others_seen_at_ > kOthersRemembered;
    const std::chrono::milliseconds wait = is_alone ? kLookWhenAlone : kLookAmongOthers;
    if (changed_.wait_for(lock, stop, wait, has_room_for_anyone)) return count;
  }
  if (stop.stop_requested() || !changed_.wait(lock, stop, has_room)) return 0;
  is_looking_ = true;
  return count;
}

Result<> QueueWorker::receive(std::size_t count, const std::stop_token& stop) {
  const Deadline deadline = Deadline::after(world_.clock.steady(), options_.wait);
  std::vector<ReceivedMessage> messages = TRY(world_.queue.receive(count, options_.visibility, deadline));
  std::size_t taken = 0;
  for (ReceivedMessage& message : messages) {
    if (stop.stop_requested()) {
      let_go(message, std::chrono::seconds{0});
    } else if (submit(std::move(message)) == Taken::Yes) {
      ++taken;
    }
  }
  has_found_others_ = is_looking_ && taken > 0;
  return {};
}

QueueWorker::Taken QueueWorker::submit(ReceivedMessage message) {
  const Load load = load_of(message, key_template_);
  if (last_tenant_ && *last_tenant_ != load.tenant) others_seen_at_ = world_.clock.steady();
  last_tenant_ = load.tenant;
  const bool is_held_up = world_.crew.is_held_up(load.tenant);
  Taken taken = Taken::No;
  {
    const std::lock_guard lock(mutex_);
    if (!is_held_up && room_.has_share_for(load.tenant)) {
      taken = Taken::Yes;
      const SteadyTime now = world_.clock.steady();
      room_.take(load.tenant, load.bytes);
      held_[message.receipt] = {
          .receipt = message.receipt, .received_at = now, .visible_at = now + options_.visibility};
      held_messages_.set(static_cast<double>(room_.messages()));
      held_bytes_.set(static_cast<double>(room_.bytes()));
    }
  }
  if (taken == Taken::No) {
    given_back_.add();
    let_go(message, wait_after(message, {}, options_.retry, world_.random.next()));
    return taken;
  }
  const auto done = [this, load](const ReceivedMessage& of, const Outcome& outcome) {
    settle(of, outcome);
    forget(load);
  };
  world_.crew.submit({.message = std::move(message),
                      .tenant = load.tenant,
                      .limits = {.stop = options_.leave.get_token()},
                      .done = done});
  return taken;
}

void QueueWorker::settle(const ReceivedMessage& message, const Outcome& outcome) {
  {
    const std::lock_guard lock(mutex_);
    held_.erase(message.receipt);  // first: nobody extends it any more
  }
  if (outcome.verdict == Verdict::TryLater) {
    again_.add();
    let_go(message, wait_after(message, outcome, options_.retry, world_.random.next()));
    return;
  }
  done_.add();
  const Result<> removed = world_.queue.remove(message.receipt, call_deadline());
  // A receipt that is void: it came to someone else meanwhile, who will find everything done.
  if (removed.ok() || removed.error().fault == Fault::NotFound) return;
  log::warn("a message that is done cannot be removed; it will come again, and nothing will be done twice",
            {{"message_id", message.id}, {"what", removed.error().what}});
}

void QueueWorker::let_go(const ReceivedMessage& message, std::chrono::seconds visibility) {
  const Result<> changed = world_.queue.change_visibility(message.receipt, visibility, call_deadline());
  if (changed.ok() || changed.error().fault == Fault::NotFound) return;
  log::warn("a message cannot be given back; it comes again when its time-out says",
            {{"message_id", message.id}, {"what", changed.error().what}});
}

Deadline QueueWorker::call_deadline() const {
  return Deadline::after(world_.clock.steady(), kCallMax);
}

void QueueWorker::forget(const Load& load) {
  const std::lock_guard lock(mutex_);
  room_.give_back(load.tenant, load.bytes);
  held_messages_.set(static_cast<double>(room_.messages()));
  held_bytes_.set(static_cast<double>(room_.bytes()));
  changed_.notify_all();  // with the lock: without it this may be gone as soon as nothing is held
}

void QueueWorker::leave(Deadline grace) {
  for (const Crew::Job& job : world_.crew.withdraw()) {
    job.done(job.message, {.verdict = Verdict::TryLater, .is_left_off = true});
  }
  const auto is_empty = [&] { return room_.messages() == 0; };
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, grace.left(world_.clock.steady()), is_empty)) return;
  lock.unlock();
  options_.leave.request_stop();
  lock.lock();
  changed_.wait(lock, is_empty);  // calls have deadlines
}

void QueueWorker::beat(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "heartbeat");
  const std::chrono::nanoseconds period = std::chrono::nanoseconds{options_.visibility} / 6;
  while (!world_.clock.sleep(period, stop)) extend_visibility();
}

// What has used half of its visibility gets all of it again, until the queue allows no more.
void QueueWorker::extend_visibility() {
  const SteadyTime now = world_.clock.steady();
  std::vector<std::string> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [receipt, held] : held_) {
      const bool is_due = (held.visible_at - now) * 2 <= options_.visibility;
      if (is_due && now + options_.visibility - held.received_at <= kHeldMax) due.push_back(receipt);
    }
  }
  for (const std::string& receipt : due) {
    const Result<> extended = world_.queue.change_visibility(receipt, options_.visibility, call_deadline());
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(receipt);
    if (held == held_.end()) continue;
    if (extended.ok()) held->second.visible_at = now + options_.visibility;
    if (!extended.ok() && extended.error().fault != Fault::NotFound) {
      log::warn("a message's visibility cannot be extended", {{"what", extended.error().what}});
    }
  }
}

}  // namespace headgate::process
