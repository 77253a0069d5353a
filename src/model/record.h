// One log line with its metadata, and its form in an object: one JSON object a line
// (docs/contributing/formats/record.md). It holds what a tenant may see and nothing else, so that an object
// can be delivered by a server-side copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/time/timestamp.h"

namespace headgate {

// The longest line that a record is read from, without its newline: memory for one line is what a reader
// costs.
constexpr std::size_t kRecordLineBytesMax = 16U << 20U;
// The longest message of a record that is written. In JSON a byte may take six, and text that is not UTF-8 is
// repeated in base64. Even with all that and the names, the line is short enough to be read.
constexpr std::size_t kRecordMessageBytesMax = 2U << 20U;

enum class Stream : std::uint8_t { Stdout, Stderr };
std::string_view name_of(Stream stream);

// A record to be written. Views into buffers the caller owns.
struct Record {
  Timestamp at = {};  // the message's own time if it is believed (message_time.h), else the runtime's
  Timestamp ingested_at = {};  // the time the container runtime gave the line
  std::string_view message = {};
  Stream stream = Stream::Stdout;
  std::uint32_t part = 0;        // 1, 2, ... when a line longer than the limit was split; 0 = whole
  bool is_last_part = true;      // of a split line
  bool is_damaged = false;       // not a CRI line; delivered as it stood
  bool is_time_ignored = false;  // the message has a time of its own, and it is not believed
};

// The fields that all records of one container share, encoded once.
class RecordFrame {
 public:
  struct Source {
    std::string_view namespace_name = {};
    std::string_view application = {};
    std::string_view pod_name = {};
    std::string_view container_name = {};
  };
  explicit RecordFrame(const Source& source);

  // Where encode() puts the message's text. With an empty message, what stands before and behind it is a line
  // whose message may be written in pieces, if it is UTF-8.
  static constexpr std::size_t kMessageAt = 14 + kRfc3339Bytes + 13;

  // An upper bound of the bytes that encode() touches for a message of that length: what it writes, and a few
  // bytes beyond that it may scribble on.
  std::size_t bytes_max(std::size_t message_bytes) const;
  // Writes {"timestamp":...,"message":...,...}\n to `into`, which has room for bytes_max(), and gives the
  // end. Escaping follows RFC 8259; what is not UTF-8 in the message becomes U+FFFD (a piece each, see
  // base/utf8.h) and the line gets the field `message_base64` with the original bytes.
  char* encode(const Record& record, char* into) const;

 private:
  std::string after_stream_;  // ,"namespace":...,"container_name":...,"ingest_timestamp":"
};

}  // namespace headgate
