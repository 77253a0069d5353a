// Delivers the records of one object to one CloudWatch Logs destination, in batches, and tells the ledger
// after each: after a crash at most the one batch in flight is repeated.
// Tests: tests/sim/delivery_test.cc, tests/sim/by_turns_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "deliver/batch_outcome.h"
#include "deliver/delivery.h"
#include "deliver/event_batcher.h"
#include "deliver/event_times.h"
#include "deliver/quarantine.h"
#include "model/record_reader.h"

namespace headgate::deliver {

// One thread. Memory: twice LogLimits::buffer_bytes_max at most, however many streams there are: events wait
// until the batch of their stream is full, and when all streams together hold that much, the fullest is sent.
// So it takes few calls in whatever order streams come by turns. One batch is in flight at a time, so that no
// more than one is ever repeated (docs/contributing/adr/0006-one-batch-in-flight.md).
class LogDelivery {
 public:
  // The bytes that an open stream counts for in the buffer besides its events: its name and its state.
  static constexpr std::size_t kStreamBytes = 1024;
  // A batch that the service refuses as invalid is halved until each event that it refuses is alone, however
  // many there are. If so many were refused, nothing of the object was accepted, and none of the remaining
  // parts is, then the events are not to blame. The error is then the delivery's, and parks it.
  static constexpr std::size_t kRefusedAloneMax = 32;

  struct Deps {
    Clock& clock;
    Ledger& ledger;
    Quarantine& quarantine;
    Gate& gate;                // of the destination
    Histogram* lag = nullptr;  // from a line being written to its confirmed batch, by the batch's oldest line
  };
  LogDelivery(Deps deps, std::shared_ptr<LogSink> sink, Delivery delivery, LogLimits limits);

  // Records in the order of the object; from the first one, also when resuming: batches already confirmed are
  // cut again and passed over. Of a packed object all records, too: those that are not wanted only count
  // where batches are cut, so that the numbers of batches do not follow from what is wanted today. An error
  // ends the delivery for now; what was confirmed stays so.
  Result<> add(const ReadRecord& record);
  Result<> finish();
  const DeliveryCounts& counts() const { return counts_; }
  // Batches were confirmed, but of another plan: it begins with the first batch again, so that nothing is
  // lost where the records go now. What the log groups and streams of before have they keep.
  bool starts_over() const { return delivery_.progress.next_batch > 0 && delivery_.progress.plan != plan_; }

 private:
  struct OpenStream {
    EventBatcher batcher;
    std::uint64_t opened = 0;  // ordinal of this stream's batch within the object, from 0
  };
  using Streams = std::map<LogStream, OpenStream>;
  enum class Wanted : std::uint8_t { Yes, No };
  Wanted is_wanted(const ReadRecord& record);
  Streams::iterator open_stream(const LogStream& name);
  Streams::iterator fullest();
  using Parts = std::vector<std::span<const LogEvent>>;  // the first is last
  Result<> add_event(const LogStream& name, const EventTimes& times, std::string_view message, Wanted wanted);
  Result<> cut(Streams::iterator stream);
  using Part = std::span<const EventBatcher::Event>;
  Result<> send(const LogStream& name, const EventBatcher& batcher, Part part);
  Result<> quarantine(const LogStream& name, const std::vector<BatchOutcome::Reason>& by_reason);
  Result<> advance(Progress progress);
  Result<> remember(const BatchOutcome& outcome);
  Result<> keep_lease(const BatchOutcome& outcome, SteadyTime& advanced_at);
  Result<> put_in_halves(const LogStream& name, std::span<const LogEvent> events, BatchOutcome& outcome);
  Result<bool> put_one_of(const LogStream& name, Parts& parts, BatchOutcome& outcome);
  Result<RejectedEvents> put(const LogStream& name, std::span<const LogEvent> events);
  Result<> create(const LogStream& name);
  Gate::Call call() const;

  Deps deps_;
  std::shared_ptr<LogSink> sink_;  // shared with other deliveries to the same destination
  const Delivery delivery_;
  const LogLimits limits_;
  const BatchPlan plan_;
  const std::uint64_t next_batch_;  // the first that is not confirmed yet
  const LogGroup group_;
  const std::optional<LogTimes> times_;  // that the service takes
  Streams streams_;
  std::uint64_t streams_opened_ = 0;
  std::size_t buffered_bytes_ = 0;               // of all streams
  EventBatcher spare_;                           // empty: the memory of the batch that was cut last
  std::uint64_t batch_ = 0;                      // the number of the batch that is cut next
  std::uint64_t confirmed_ = 0;                  // number of batches confirmed so far
  std::string part_;                             // of a message longer than an event
  std::optional<Application> last_application_;  // asked about
  Wanted last_wanted_ = Wanted::Yes;
  DeliveryCounts counts_;
};

// The stream that a record goes to, by the configuration's template: {cluster_id} {namespace} {application}
// {pod_name} {container_name} {stream}; empty template = {pod_name}. ':' and '*', which CloudWatch refuses,
// become '_'.
LogStream stream_of(std::string_view name_template, const KeyFields& fields, const ReadRecord& record);

}  // namespace headgate::deliver
