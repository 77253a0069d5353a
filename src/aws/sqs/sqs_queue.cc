#include "aws/sqs/sqs_queue.h"

#include <algorithm>
#include <utility>

namespace headgate::aws {
namespace {

using std::chrono::seconds;

// How long dead letters are hidden from others while we look at them or move them. After a crash they become
// visible again.
constexpr seconds kHeld{60};
// With a wait, SQS asks all of its servers for messages; without one, only some.
constexpr seconds kLook{1};
constexpr std::chrono::milliseconds kMovePoll{500};
constexpr std::chrono::milliseconds kAttemptLeast = SqsClient::kWaitMax + seconds{5};

ServiceClient::Options options_of_receiver(const SqsSettings& settings) {
  ServiceClient::Options options = settings.client;
  if (settings.receive_stop.stop_possible()) options.stop = settings.receive_stop;
  return options;
}

std::string region_of(const std::string& queue) {
  if (const auto arn = parse_queue_arn(queue)) return arn->region;
  return region_of_queue_url(queue);
}

}  // namespace

Result<std::unique_ptr<SqsQueue>> SqsQueue::open(const ServiceClient::Deps& deps, SqsSettings settings) {
  if (settings.queue.empty()) return Error{Fault::Invalid, "queue: set its URL, ARN or name"};
  const std::string named = region_of(settings.queue);
  const std::string& region = named.empty() ? settings.region : named;
  Endpoint endpoint = TRY_IN("queue", endpoint_of(Service::Sqs, region, settings.endpoints));
  // A try must last longer than it waits for messages.
  settings.client.attempt_max = std::max(settings.client.attempt_max, kAttemptLeast);
  std::unique_ptr<SqsQueue> queue(new SqsQueue(deps, std::move(endpoint), std::move(settings)));
  TRY_IN("queue", queue->find());
  return queue;
}

SqsQueue::SqsQueue(const ServiceClient::Deps& deps, Endpoint endpoint, SqsSettings settings)
    : clock_(deps.clock),
      settings_(std::move(settings)),
      client_(deps, endpoint, settings_.client, settings_.call_max),
      receiver_(deps, std::move(endpoint), options_of_receiver(settings_), settings_.call_max) {}

Result<> SqsQueue::find() {
  if (is_queue_url(settings_.queue)) {
    url_ = settings_.queue;
    return {};
  }
  const QueueArn arn = parse_queue_arn(settings_.queue)
                           .value_or(QueueArn{.region = {}, .account = {}, .name = settings_.queue});
  url_ = TRY(receiver_.url_of(arn, Deadline::after(clock_.steady(), settings_.call_max)));
  return {};
}

Result<> SqsQueue::send(std::string body, seconds delay, Deadline deadline) {
  return client_.send(url_, body, delay, deadline);
}

Result<std::vector<ReceivedMessage>> SqsQueue::receive(const Receive& asked, Deadline deadline) {
  const std::chrono::nanoseconds left = deadline.left(clock_.steady());
  const seconds may_wait = left > kAnswerMax ? std::chrono::floor<seconds>(left - kAnswerMax) : seconds{0};
  const seconds wait = std::min(std::chrono::ceil<seconds>(asked.wait), may_wait);
  // The reader of the error first needs to know which queue it is about.
  return TRY_IN(url_, receiver_.receive(
                          url_, {.count_max = asked.count_max, .visibility = asked.visibility, .wait = wait},
                          deadline));
}

Result<> SqsQueue::remove(const std::string& receipt, Deadline deadline) {
  return client_.remove(url_, receipt, deadline);
}

Result<> SqsQueue::change_visibility(const std::string& receipt, seconds visibility, Deadline deadline) {
  return client_.change_visibility(url_, receipt, visibility, deadline);
}

Result<> SqsQueue::give_back(const std::vector<std::string>& receipts, Deadline deadline) {
  return client_.give_back(url_, receipts, deadline);
}

Result<QueueDepth> SqsQueue::depth(Deadline deadline) {
  const QueueAttributes attributes = TRY(client_.attributes(url_, deadline));
  QueueDepth depth{.waiting = attributes.waiting,
                   .in_flight = attributes.in_flight,
                   .delayed = attributes.delayed,
                   .dead = 0};
  if (settings_.dead_letter_queue.empty() && attributes.dead_letter_arn.empty()) return depth;
  const Dead dead_queue = TRY_IN("dead letters", dead(deadline));
  depth.dead = TRY_IN("dead letters", client_.attributes(dead_queue.url, deadline)).waiting;
  return depth;
}

Result<SqsQueue::Dead> SqsQueue::dead(Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    if (!dead_.url.empty()) return dead_;
  }
  std::string named = settings_.dead_letter_queue;
  if (named.empty()) named = TRY(client_.attributes(url_, deadline)).dead_letter_arn;
  if (named.empty()) return Error{Fault::NotFound, "the queue has no dead-letter queue"};
  Dead found = TRY(find_dead(named, deadline));
  const MutexLock lock(mutex_);
  dead_ = found;
  return found;
}

Result<SqsQueue::Dead> SqsQueue::find_dead(const std::string& named, Deadline deadline) {
  if (is_queue_url(named)) return Dead{.url = named, .arn = TRY(client_.attributes(named, deadline)).arn};
  const auto arn = parse_queue_arn(named);
  if (!arn) return Error{Fault::Invalid, "not the URL or ARN of a queue: " + named};
  return Dead{.url = TRY(client_.url_of(*arn, deadline)), .arn = named};
}

Result<std::vector<ReceivedMessage>> SqsQueue::dead_letters(std::size_t count_max, Deadline deadline) {
  const std::string url = TRY_IN("dead letters", dead(deadline)).url;
  const std::size_t wanted = std::min(count_max, kShownMax);
  std::vector<ReceivedMessage> all;
  while (all.size() < wanted) {
    const std::size_t some = std::min(wanted - all.size(), SqsClient::kBatchMax);
    Result<std::vector<ReceivedMessage>> more =
        client_.receive(url, {.count_max = some, .visibility = kHeld, .wait = kLook}, deadline);
    if (!more.ok() && all.empty()) return std::move(more).error().in("dead letters");
    if (!more.ok() || more->empty()) break;
    for (ReceivedMessage& message : *more) all.push_back(std::move(message));
  }
  std::vector<std::string> receipts;
  for (const ReceivedMessage& message : all) receipts.push_back(message.receipt);
  TRY_IN("dead letters", client_.give_back(url, receipts, deadline));
  for (ReceivedMessage& message : all) message.receipt.clear();
  return all;
}

Result<std::uint64_t> SqsQueue::redrive(std::size_t count_max, Deadline deadline) {
  const Dead from = TRY_IN("redrive", dead(deadline));
  const bool is_task = count_max == 0 && TRY_IN("redrive", client_.start_move(from.arn, deadline));
  if (is_task) return TRY_IN("redrive", redrive_by_task(from.arn, deadline));
  return TRY_IN("redrive", redrive_one_by_one(from.url, count_max, deadline));
}

Result<std::uint64_t> SqsQueue::redrive_by_task(const std::string& arn, Deadline deadline) {
  const Deadline until = sooner(deadline, Deadline::after(clock_.steady(), settings_.redrive_max));
  for (;;) {
    const std::optional<MoveTask> task = TRY(client_.last_move(arn, deadline));
    if (!task) return Error{Fault::Retry, "the task that moves messages does not exist any more"};
    if (task->status == "FAILED")
      return Error{Fault::Retry, "the task that moves messages failed: " + task->failure};
    const bool is_running = task->status == "RUNNING" || task->status == "CANCELLING";
    if (!is_running || until.passed(clock_.steady())) return task->moved;
    if (clock_.sleep(kMovePoll, settings_.client.stop)) return Error{Fault::Stopped, "stopped"};
  }
}

Result<std::uint64_t> SqsQueue::redrive_one_by_one(const std::string& from, std::size_t count_max,
                                                   Deadline deadline) {
  const Deadline until = sooner(deadline, Deadline::after(clock_.steady(), settings_.redrive_max));
  std::uint64_t moved = 0;
  while ((count_max == 0 || moved < count_max) && !until.passed(clock_.steady())) {
    const std::size_t some = count_max == 0 ? SqsClient::kBatchMax
                                            : std::min<std::size_t>(count_max - moved, SqsClient::kBatchMax);
    const std::vector<ReceivedMessage> messages =
        TRY(client_.receive(from, {.count_max = some, .visibility = kHeld, .wait = kLook}, deadline));
    if (messages.empty()) break;
    for (const ReceivedMessage& message : messages) {
      TRY(client_.send(url_, message.body, seconds{0},
                       deadline));  // sent before it is removed, so that a crash duplicates the message
                                    // rather than lose it
      TRY(client_.remove(from, message.receipt, deadline));
      ++moved;
    }
  }
  return moved;
}

Result<std::uint64_t> SqsQueue::purge(Deadline deadline) {
  const std::string url = TRY_IN("purge", dead(deadline)).url;
  const QueueAttributes attributes = TRY_IN("purge", client_.attributes(url, deadline));
  const std::uint64_t count = attributes.waiting + attributes.in_flight;
  if (count == 0) return count;
  TRY_IN("purge", client_.purge(url, deadline));
  return count;
}

}  // namespace headgate::aws
