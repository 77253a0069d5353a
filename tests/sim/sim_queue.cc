#include "sim/sim_queue.h"

#include <algorithm>

namespace headgate::sim {

void SimQueue::notify(const std::string& body) {
  const std::uint64_t copies = random_.one_in(8) ? 2 : 1;
  for (std::uint64_t copy = 0; copy < copies; ++copy) {
    const auto late = std::chrono::milliseconds(random_.below(5'000));
    messages_[next_++] = {.body = body, .visible_at = clock_.steady() + late, .sent_at = clock_.now()};
  }
}

Result<> SimQueue::send(std::string body, std::chrono::seconds delay, Deadline) {
  return faults_.call<Result<>>("queue.send", [&]() -> Result<> {
    messages_[next_++] = {
        .body = std::move(body), .visible_at = clock_.steady() + delay, .sent_at = clock_.now()};
    return {};
  });
}

Result<std::vector<ReceivedMessage>> SimQueue::receive(const Receive& asked, Deadline) {
  using Answer = Result<std::vector<ReceivedMessage>>;
  return faults_.call<Answer>("queue.receive", [&]() -> Answer {
    std::vector<std::uint64_t> visible;
    for (const auto& [id, message] : messages_) {
      if (message.visible_at <= clock_.steady()) visible.push_back(id);
    }
    for (std::size_t index = 1; index < visible.size(); ++index) {
      std::swap(visible[index], visible[random_.below(index + 1)]);
    }
    visible.resize(std::min(visible.size(), std::min(asked.count_max, kReceiveMax)));
    std::vector<ReceivedMessage> received;
    for (const std::uint64_t id : visible) {
      Message& message = messages_[id];
      message.receipt = "r" + std::to_string(next_receipt_++);
      message.visible_at = clock_.steady() + asked.visibility;
      received.push_back({.id = std::to_string(id),
                          .receipt = message.receipt,
                          .body = message.body,
                          .receive_count = ++message.receive_count,
                          .sent_at = message.sent_at});
    }
    return received;
  });
}

std::map<std::uint64_t, SimQueue::Message>::iterator SimQueue::by_receipt(const std::string& receipt) {
  return std::find_if(messages_.begin(), messages_.end(),
                      [&](const auto& message) { return message.second.receipt == receipt; });
}

Result<> SimQueue::remove(const std::string& receipt, Deadline) {
  return faults_.call<Result<>>("queue.remove", [&]() -> Result<> {
    const auto message = by_receipt(receipt);
    if (message == messages_.end()) return Error{Fault::NotFound, "receipt: void"};
    messages_.erase(message);
    return {};
  });
}

Result<> SimQueue::change_visibility(const std::string& receipt, std::chrono::seconds visibility, Deadline) {
  return faults_.call<Result<>>("queue.change_visibility", [&]() -> Result<> {
    const auto message = by_receipt(receipt);
    if (message == messages_.end()) return Error{Fault::NotFound, "receipt: void"};
    message->second.visible_at = clock_.steady() + visibility;
    return {};
  });
}

Result<QueueDepth> SimQueue::depth(Deadline) {
  return faults_.call<Result<QueueDepth>>("queue.depth", [&]() -> Result<QueueDepth> {
    QueueDepth depth;
    for (const auto& [id, message] : messages_) {
      ++(message.visible_at <= clock_.steady() ? depth.waiting : depth.in_flight);
    }
    return depth;
  });
}

}  // namespace headgate::sim
