// Reads the records of an object: our NDJSON, and what others write (docs/contributing/formats/record.md):
// Vector's aws_s3 sink (NDJSON or one JSON array on a line, extra fields, missing fields). Line by line: one
// bad line never takes its neighbours.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/byte_source.h"
#include "base/result.h"
#include "model/large_lines.h"
#include "model/record.h"
#include "model/time/timestamp.h"

namespace headgate {

// A record as read. Views live until the next record.
struct ReadRecord {
  std::string_view message;  // UTF-8; a lone surrogate escape and what was no UTF-8 became U+FFFD
  std::optional<Timestamp> at = {};
  std::optional<Timestamp> ingested_at = {};
  std::string_view application;  // empty when the object does not say; the key does
  std::string_view pod_name;
  std::string_view container_name;
  std::string_view stream;
  std::uint64_t line = 0;  // 1-based line of the object it stands on
};

// Counts lines, records, and what could not be read as a record but is delivered as text.
struct ReadCounts {
  std::uint64_t lines = 0;
  std::uint64_t records = 0;
  std::uint64_t not_json = 0;    // lines that are no JSON object or array: delivered verbatim as a message
  std::uint64_t no_message = 0;  // objects without `message`: what is left of the object is the message; and
                                 // elements of an array that are no objects: their JSON is the message
  std::uint64_t bad_time = 0;    // a timestamp that cannot be read: left empty
};

// For one thread. Between large lines (large_lines.h) it holds at most 4 MiB, and rarely more than 200 KiB.
// For a large line it briefly holds up to eight times its length. That is the line, its repaired copy, its
// unescaped parts, and the parser's index (at worst four bytes per byte). Then it holds the record alone. A
// record that is larger than any of an agent's (kKeptBytesMax) keeps all of that until the next record. So do
// the records near it in an array, or in a line over line_bytes_max.
class RecordReader {
 public:
  // Three times the longest message: of text that is not UTF-8 each byte may become three.
  static constexpr std::size_t kKeptBytesMax = 3 * kRecordMessageBytesMax;

  struct Options {
    // A longer line is also read: a JSON array element by element, as from kLargeLineBytes on; anything else
    // as text, in records of 1 MiB.
    std::size_t line_bytes_max = kRecordLineBytesMax;
    // Readers that share it read their large lines by turns; none: this reader is alone. It outlives this.
    LargeLines* large_lines = nullptr;
    std::stop_token stop = {};  // ends the wait for a turn
  };
  RecordReader(ByteSource& source, Options options);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // The next record, or nullptr at the end; it lives until the next call. Errors are the source's (corrupt
  // gzip, a store that failed) or LargeLines::begin()'s: what was whole before them was given, of a JSON
  // array each whole element.
  Result<const ReadRecord*> next();
  const ReadCounts& counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headgate
