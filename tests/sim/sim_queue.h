// A queue as unpleasant as SQS may be: at least once, in any order, duplicates, visibility in simulated time.
#pragma once

#include <map>
#include <string>

#include "ports/queue.h"
#include "sim/faults.h"
#include "sim/sim_clock.h"

namespace headgate::sim {

class SimQueue : public Queue {
 public:
  SimQueue(Faults& faults, SimClock& clock, std::uint64_t seed)
      : faults_(faults), clock_(clock), random_(seed) {}

  Result<> send(std::string body, std::chrono::seconds delay, Deadline) override;
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override;
  Result<> remove(const std::string& receipt, Deadline) override;
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility, Deadline) override;
  Result<QueueDepth> depth(Deadline) override;

  // What S3 and SNS send: never refused, sometimes twice, sometimes late.
  void notify(const std::string& body);
  bool empty() const { return messages_.empty(); }

 private:
  struct Message {
    std::string body;
    SteadyTime visible_at;
    std::uint32_t receive_count = 0;
    std::string receipt;
    Timestamp sent_at;
  };
  std::map<std::uint64_t, Message>::iterator by_receipt(const std::string& receipt);

  Faults& faults_;
  SimClock& clock_;
  SeededRandom random_;
  std::map<std::uint64_t, Message> messages_;
  std::uint64_t next_ = 1;
  std::uint64_t next_receipt_ = 1;
};

}  // namespace headgate::sim
