// A Queue in memory, as strict as SQS where that can be told.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "model/notification.h"
#include "ports/clock.h"
#include "ports/queue.h"

namespace headgate::fakes {

// Any thread. Waits on the machine's clock; what is visible says the Clock.
class MemoryQueue : public Queue, public DeadLetters {
 public:
  explicit MemoryQueue(Clock& clock, std::uint32_t receives_max = 1'000)
      : clock_(clock), receives_max_(receives_max) {}

  Result<> send(std::string body, std::chrono::seconds delay, Deadline) override {
    if (body.empty() || body.size() > kNotificationBytesMax) return Error{Fault::Invalid, "message: size"};
    if (delay.count() < 0 || delay.count() > 900)
      return Error{Fault::Invalid, "delay: not within 0 to 900 s"};
    {
      const MutexLock lock(mutex_);
      const SteadyTime visible_at = clock_.steady() + delay;
      const std::uint64_t number = ++last_;
      messages_[number] = {.body = std::move(body), .visible_at = visible_at, .sent_at = clock_.now()};
      order_.insert({visible_at, number});
    }
    sent_.notify_all();
    return {};
  }

  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override {
    if (asked.count_max == 0 || asked.count_max > kReceiveMax)
      return Error{Fault::Invalid, "count: not within 1 to 10"};
    if (asked.visibility.count() < 0 || asked.visibility > kVisibilityMax) return bad_visibility();
    const Deadline until = sooner(deadline, Deadline::after(clock_.steady(), asked.wait));
    const MutexLock lock(mutex_);
    for (;;) {
      std::vector<ReceivedMessage> received = take(asked.count_max, asked.visibility);
      const SteadyTime now = clock_.steady();
      if (!received.empty() || until.passed(now)) return received;
      constexpr std::chrono::nanoseconds kLook{std::chrono::milliseconds{5}};
      sent_.wait_until(mutex_, CondVar::after(std::min(kLook, until.left(now))));
    }
  }

  Result<> remove(const std::string& receipt, Deadline) override {
    const MutexLock lock(mutex_);
    const auto found = receipts_.find(receipt);
    if (found == receipts_.end()) return void_receipt();
    erase(found->second);
    return {};
  }

  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility, Deadline) override {
    if (visibility.count() < 0 || visibility > kVisibilityMax) return bad_visibility();
    const MutexLock lock(mutex_);
    const auto found = receipts_.find(receipt);
    const SteadyTime now = clock_.steady();
    if (found == receipts_.end() || messages_[found->second].visible_at <= now) return void_receipt();
    changes_.push_back(visibility);
    show(found->second, now + visibility);
    return {};
  }

  Result<QueueDepth> depth(Deadline) override {
    const MutexLock lock(mutex_);
    QueueDepth depth{.dead = dead_.size()};
    for (const auto& [number, message] : messages_) {
      const bool is_visible = message.visible_at <= clock_.steady();
      ++(is_visible ? depth.waiting : message.receipt.empty() ? depth.delayed : depth.in_flight);
    }
    return depth;
  }

  Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline) override {
    const MutexLock lock(mutex_);
    const std::size_t count = std::min(count_max, dead_.size());
    return std::vector<ReceivedMessage>(dead_.begin(), dead_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  Result<std::uint64_t> redrive(std::size_t count_max, Deadline) override {
    std::vector<ReceivedMessage> moved;
    {
      const MutexLock lock(mutex_);
      const std::size_t count = count_max == 0 ? dead_.size() : std::min(count_max, dead_.size());
      const auto end = dead_.begin() + static_cast<std::ptrdiff_t>(count);
      moved.assign(dead_.begin(), end);
      dead_.erase(dead_.begin(), end);
    }
    for (ReceivedMessage& message : moved) {
      const Result<> sent = send(std::move(message.body), std::chrono::seconds{0}, Deadline::never());
      if (!sent.ok()) return sent.error();
    }
    return moved.size();
  }
  Result<std::uint64_t> purge(Deadline) override {
    const MutexLock lock(mutex_);
    return std::exchange(dead_, {}).size();
  }

  // Every change of visibility that was asked for.
  std::vector<std::chrono::seconds> changes() const {
    const MutexLock lock(mutex_);
    return changes_;
  }
  std::size_t size() const {
    const MutexLock lock(mutex_);
    return messages_.size();
  }

 private:
  struct Message {
    std::string body;
    SteadyTime visible_at;
    Timestamp sent_at;
    std::string receipt = {};
    std::uint32_t receive_count = 0;
  };
  static Error void_receipt() { return Error{Fault::NotFound, "receipt: void"}; }
  static Error bad_visibility() { return Error{Fault::Invalid, "visibility: not within 0 to 43200 s"}; }

  std::vector<ReceivedMessage> take(std::size_t count_max, std::chrono::seconds visibility) REQUIRES(mutex_) {
    std::vector<ReceivedMessage> received;
    const SteadyTime now = clock_.steady();
    while (received.size() < count_max && !order_.empty() && order_.begin()->first <= now) {
      const std::uint64_t number = order_.begin()->second;
      Message& message = messages_[number];
      if (message.receive_count >= receives_max_) {
        dead_.push_back({.id = std::to_string(number),
                         .receipt = {},
                         .body = message.body,
                         .receive_count = message.receive_count,
                         .sent_at = message.sent_at});
        erase(number);
        continue;
      }
      receipts_.erase(message.receipt);
      message.receipt = "r" + std::to_string(++last_receipt_);
      receipts_[message.receipt] = number;
      ++message.receive_count;
      show(number, now + visibility);
      received.push_back({.id = std::to_string(number),
                          .receipt = message.receipt,
                          .body = message.body,
                          .receive_count = message.receive_count,
                          .sent_at = message.sent_at});
      if (visibility.count() == 0) break;  // else it would be taken twice
    }
    return received;
  }
  void show(std::uint64_t number, SteadyTime visible_at) REQUIRES(mutex_) {
    Message& message = messages_[number];
    order_.erase({message.visible_at, number});
    message.visible_at = visible_at;
    order_.insert({visible_at, number});
  }
  void erase(std::uint64_t number) REQUIRES(mutex_) {
    const auto message = messages_.find(number);
    order_.erase({message->second.visible_at, number});
    receipts_.erase(message->second.receipt);
    messages_.erase(message);
  }

  Clock& clock_;
  const std::uint32_t receives_max_;
  mutable Mutex mutex_;
  CondVar sent_;
  std::map<std::uint64_t, Message> messages_ GUARDED_BY(mutex_);
  std::set<std::pair<SteadyTime, std::uint64_t>> order_ GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> receipts_ GUARDED_BY(mutex_);
  std::vector<ReceivedMessage> dead_ GUARDED_BY(mutex_);
  std::vector<std::chrono::seconds> changes_ GUARDED_BY(mutex_);
  std::uint64_t last_ GUARDED_BY(mutex_) = 0;
  std::uint64_t last_receipt_ GUARDED_BY(mutex_) = 0;
};

}  // namespace headgate::fakes
