// Delivers the records of one object to one CloudWatch Logs destination, in batches, and tells the ledger
// after each: after a crash at most the one batch in flight is repeated.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "deliver/delivery.h"
#include "deliver/log_batcher.h"
#include "deliver/quarantine.h"
#include "model/record_reader.h"

namespace headgate::deliver {

// One thread. Memory: kStreamsOpenMax batches of at most 1 MiB.
class LogDelivery {
 public:
  // Log streams whose batches are filled at once; a further stream cuts the batch of the one that has waited
  // longest.
  static constexpr std::size_t kStreamsOpenMax = 8;

  struct World {
    Clock& clock;
    Ledger& ledger;
    Quarantine& quarantine;
  };
  LogDelivery(World world, std::shared_ptr<LogSink> sink, Delivery delivery, LogLimits limits);

  // Records in the order of the object; from the first one, also when resuming: batches already confirmed are
  // cut again and passed over. Of a packed object all records, too: those that are not wanted only count
  // where batches are cut, so that the numbers of batches do not follow from what is wanted today. An error
  // ends the delivery for now; what was confirmed stays so.
  Result<> add(const ReadRecord& record);
  Result<> finish();
  const DeliveryCounts& counts() const { return counts_; }

 private:
  struct OpenStream {
    LogBatcher batcher;
    std::uint64_t opened = 0;  // the how-manieth
  };
  enum class Wanted : std::uint8_t { Yes, No };
  Wanted is_wanted(const ReadRecord& record);
  OpenStream& open_stream(const LogStream& name);
  Result<> add_event(const LogStream& name, const LogEvent& event, Wanted wanted);
  Result<> cut(const LogStream& name, LogBatcher& batcher);
  Result<> send(const LogStream& name, LogBatcher& batcher);
  Result<RejectedEvents> put(const LogStream& name, std::span<const LogEvent> events);
  Result<std::size_t> quarantine_rejected(const RejectedEvents& rejected, std::span<const LogEvent> events);

  World world_;
  std::shared_ptr<LogSink> sink_;  // shared with other deliveries to the same destination
  const Delivery delivery_;
  const LogLimits limits_;
  const LogGroup group_;
  std::map<LogStream, OpenStream> streams_;
  std::uint64_t streams_opened_ = 0;
  std::uint64_t batch_ = 0;                      // the number of the batch that is cut next
  std::optional<Application> last_application_;  // asked about
  Wanted last_wanted_ = Wanted::Yes;
  DeliveryCounts counts_;
};

// The stream that a record goes to, by the configuration's template: {cluster_id} {namespace} {application}
// {pod_name} {container_name} {stream}; empty template = {pod_name}. ':' and '*', which CloudWatch refuses,
// become '_'.
LogStream stream_of(std::string_view name_template, const KeyFields& fields, const ReadRecord& record);

}  // namespace headgate::deliver
