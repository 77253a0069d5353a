#include "process/worker.h"

#include <algorithm>

#include "base/log.h"

namespace headgate::process {

Worker::Worker(Clock& clock, Random& random, Queue& queue, Processor& processor, Metrics& metrics,
               Options options)
    : clock_(clock),
      random_(random),
      queue_(queue),
      processor_(processor),
      options_(options),
      done_(metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                            {{"verdict", "done"}})),
      again_(metrics.counter("headgate_process_messages_total", "Messages by what became of them",
                             {{"verdict", "try-later"}})) {}

Result<std::size_t> Worker::turn() {
  const Deadline deadline = Deadline::after(clock_.steady(), options_.wait);
  const std::vector<ReceivedMessage> messages =
      TRY(queue_.receive(options_.receive_max, options_.visibility, deadline));
  for (const ReceivedMessage& message : messages) TRY(take(message));
  return messages.size();
}

Result<> Worker::take(const ReceivedMessage& message) {
  const Outcome outcome = processor_.process(message);
  Result<> settled;
  if (outcome.verdict == Verdict::TryLater) {
    again_.add();
    const auto wait =
        std::max(options_.retry.wait(message.receive_count, random_.next()), outcome.not_before);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    settled = queue_.change_visibility(message.receipt, std::min(seconds, Queue::kVisibilityMax),
                                       Deadline::never());
  } else {
    done_.add();
    settled = queue_.remove(message.receipt, Deadline::never());
  }
  // A receipt that is void: the message came to someone else meanwhile, who will find everything done.
  if (!settled.ok() && settled.error().fault != Fault::NotFound) return settled;
  return {};
}

void Worker::run(const std::stop_token& stop) {
  std::uint32_t failures = 0;
  while (!stop.stop_requested()) {
    const Result<std::size_t> turned = turn();
    if (turned.ok()) {
      failures = 0;
      continue;
    }
    const auto wait = options_.after_error.wait(++failures, random_.next());
    log::warn("the queue failed and is asked again",
              {{"what", turned.error().what}, {"wait_ms", wait.count()}});
    clock_.sleep(wait, stop);
  }
}

}  // namespace headgate::process
