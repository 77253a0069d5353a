// The body of a PutLogEvents call, written event by event: every delivered line passes here once.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/pages.h"
#include "model/names.h"

namespace headgate {

// One thread. Keeps its memory between bodies: up to kHeapBytesMax of the heap, and of a longer body pages of
// the kernel, at most six times the longest batch (a control byte is six in JSON). Only as much of them is
// touched as is written. The batch's own limits (ports/log_sink.h) are the caller's to keep.
class PutLogEventsBody {
 public:
  // Forgets what was written and begins anew.
  void start(const LogGroup& group, const LogStream& stream);
  // In order of time. False when the message was not UTF-8: what was not became U+FFFD.
  bool add(std::int64_t at_ms, std::string_view message);
  // Ends it. Valid until the next start(); nothing may be added.
  std::string_view finish();

 private:
  // Most bodies: a batch whose text needs few escapes.
  static constexpr std::size_t kHeapBytesMax = 2U << 20U;
  // Of any batch of CloudWatch's limits: 1 MiB of text that is six times as long as JSON, and what stands
  // around 10 000 events.
  static constexpr std::size_t kLargestBytes = 8U << 20U;

  char* room_for(std::size_t bytes);
  void put(std::string_view text);
  void put_string(std::string_view text);

  std::unique_ptr<char[]> heap_;
  Pages pages_;
  char* buffer_ = nullptr;  // heap_ or pages_
  std::size_t capacity_ = 0;
  std::size_t bytes_ = 0;
  bool has_events_ = false;
};

}  // namespace headgate
