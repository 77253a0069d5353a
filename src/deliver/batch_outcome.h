// What became of the events of one batch: accepted, not kept by the service and why, or not put yet. Pure.
// Its text is kept in the ledger as soon as a part of a batch was accepted and something may still fail, so
// that the next try puts only the rest. docs/contributing/formats/ledger-table.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/log_sink.h"

namespace headgate::deliver {

class BatchOutcome {
 public:
  // A view: the events outlive it.
  explicit BatchOutcome(std::span<const LogEvent> events);

  // What an earlier try remembered. False, and nothing is taken, if the text is of other events or damaged:
  // the batch is then put as a whole.
  bool resume(std::string_view text);
  // Parts are of the batch's events, told by where their messages lie; their order and their times may be
  // others. `part` was accepted, but for what the answer (rejectedLogEventsInfo) left out:
  // too-new is inclusive, too-old and expired are exclusive and overlap: the largest counts, they are never
  // added.
  void add(const RejectedEvents& rejected, std::span<const LogEvent> part);
  // No call takes these.
  void add_invalid(std::span<const LogEvent> part);
  // No call would keep these: they are not put at all.
  void add_too_old(std::span<const LogEvent> part);
  void add_too_new(std::span<const LogEvent> part);

  // Some call was accepted, by this try or an earlier one.
  bool is_any_accepted() const;
  // Of the event of that index: it is still to be put.
  bool is_waiting(std::size_t index) const;
  struct Reason {
    std::string_view reason;
    std::vector<LogEvent> events;  // views into the batch
  };
  // The events that the service did not keep, by reason; only reasons that there are.
  std::vector<Reason> by_reason() const;
  // 16 hexadecimal digits of a fingerprint of the events, a colon, and runs of equal outcomes: a letter, and
  // a number if it is more than one event.
  std::string text() const;

 private:
  void set(std::span<const LogEvent> part, char outcome);
  std::size_t index_of(const LogEvent& event);
  std::string fingerprint() const;

  const std::span<const LogEvent> events_;
  std::string outcomes_;                 // a letter for each event
  bool is_any_accepted_ = false;         // by this try
  std::vector<std::uint32_t> by_place_;  // indexes by where the messages lie; made when it is needed
};

}  // namespace headgate::deliver
