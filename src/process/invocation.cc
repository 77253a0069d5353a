#include "process/invocation.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/log.h"
#include "base/mutex.h"

namespace headgate::process {

std::chrono::seconds wait_after(const ReceivedMessage& message, const Outcome& outcome, const Backoff& retry,
                                std::uint64_t random) {
  if (outcome.is_interrupted) return std::chrono::seconds{0};
  const auto wait = std::max(retry.wait(message.receive_count, random), outcome.not_before);
  return std::min(std::chrono::ceil<std::chrono::seconds>(wait), Queue::kVisibilityMax);
}

namespace {

// Shared by process() and the threads of the worker pool, one of which may still be working when process()
// returns.
struct Progress {
  Mutex mutex;
  CondVar changed;
  std::size_t finished GUARDED_BY(mutex) = 0;
  std::set<std::string> not_done GUARDED_BY(mutex);  // ids of messages
};

}  // namespace

std::vector<std::string> InvocationProcessor::process(const std::vector<ReceivedMessage>& messages,
                                                      Deadline deadline) {
  // Half of the margin is for what is under way when the limits are reached.
  const Deadline wait_until{.at = deadline.at - options_.margin / 2};
  const auto progress = std::make_shared<Progress>();
  {
    const MutexLock lock(progress->mutex);
    for (const ReceivedMessage& message : messages) progress->not_done.insert(message.id);
  }
  // A thread may be late, and this then be gone: it has what it needs.
  const auto done = [progress, wait_until, queue = queue_, failures = failures_, retry = options_.retry,
                     &random = random_](const ReceivedMessage& message, const Outcome& outcome) {
    const bool is_done = outcome.verdict != Verdict::TryLater;
    if (!is_done && queue != nullptr) {
      const Result<> changed = queue->change_visibility(
          message.receipt, wait_after(message, outcome, retry, random.next()), wait_until);
      if (failures != nullptr) failures->saw(changed);
    }
    {
      const MutexLock lock(progress->mutex);
      ++progress->finished;
      if (is_done) progress->not_done.erase(message.id);
    }
    progress->changed.notify_all();
  };
  std::vector<Task> tasks;
  tasks.reserve(messages.size());
  for (const ReceivedMessage& message : messages) tasks.push_back(read_task(message, key_template_));
  if (!options_.buckets.empty() && std::all_of(tasks.begin(), tasks.end(), [&](const Task& task) {
        return names_only_others(task, options_.buckets);
      })) {
    if (!tasks.empty())
      log::error("queue_bucket_mismatched",
                 "The queue's messages name a bucket that is not this worker's, so they go back to the "
                 "queue. Correct aws.queue_url, store.bucket or process.buckets.",
                 {{"bucket", tasks.front().objects.front().object.bucket.str()},
                  {"expected_bucket", options_.buckets.begin()->str()}});
    std::vector<std::string> all;
    for (const ReceivedMessage& message : messages) all.push_back(message.id);
    return all;
  }
  for (Task& task : tasks) {
    const TenantId tenant = task.tenant();
    pool_.submit({.task = std::move(task),
                  .tenant = tenant,
                  .limits = {.until = {.at = deadline.at - options_.margin}, .written_by = wait_until},
                  .done = done});
  }
  const auto left = wait_until.left(clock_.steady());
  {
    const SteadyTime until = CondVar::after(left);
    const MutexLock lock(progress->mutex);
    while (progress->finished < messages.size() && progress->changed.wait_until(progress->mutex, until)) {
    }
  }
  (void)pool_.withdraw();

  const MutexLock again(progress->mutex);
  std::vector<std::string> not_done;
  for (const ReceivedMessage& message : messages) {
    if (progress->not_done.contains(message.id)) not_done.push_back(message.id);
  }
  return not_done;
}

}  // namespace headgate::process
