// The events of one batch that the service did not keep, by reason. Pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ports/log_sink.h"

namespace headgate::deliver {

class RefusedEvents {
 public:
  // What an accepted call left out of `part`: rejectedLogEventsInfo, where too-new is inclusive, too-old and
  // expired are exclusive and overlap: the largest counts, they are never added.
  void add(const RejectedEvents& rejected, std::span<const LogEvent> part);
  // Which no call would keep.
  void add_too_old(std::span<const LogEvent> events);
  void add_too_new(std::span<const LogEvent> events);
  // What no call takes.
  void add_invalid(std::span<const LogEvent> part);

  struct Reason {
    std::string_view reason;
    std::vector<LogEvent> events;  // views into the batch
  };
  // Those that there are.
  std::vector<Reason> by_reason() const;

 private:
  std::vector<LogEvent> too_old_;
  std::vector<LogEvent> expired_;
  std::vector<LogEvent> too_new_;
  std::vector<LogEvent> invalid_;
};

}  // namespace headgate::deliver
