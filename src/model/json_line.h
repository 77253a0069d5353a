// A line of an object as JSON of anyone's making, through simdjson: an object is a record, an array holds one
// record an element. docs/contributing/formats/record.md says what becomes of each shape.
// Tests: src/model/record_reader_test.cc
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "model/record_reader.h"
#include "model/scratch.h"

namespace headgate {

// One thread; keeps its buffers from line to line. The whole line is checked before its first record is
// given: RFC 8259, nested at most kDepthMax deep. Numbers are text and have no range; lone surrogate escapes
// read as U+FFFD; damaged UTF-8 is replaced by U+FFFD first (simdjson refuses both).
class JsonLine {
 public:
  static constexpr int kDepthMax = 256;
  // Bytes behind a line that are read.
  static constexpr std::size_t kReadableBeyond = simdjson::SIMDJSON_PADDING;

  // False when it is neither a sound object nor a sound array. The line lives until it is all read.
  bool start(std::string_view line);
  // The next record of the line; false when there is no more. All of `record` but its line is set.
  bool next(ReadRecord& record, ReadCounts& counts);
  // After a record was given: whether the line may hold another.
  bool may_have_more() const { return has_elements_; }
  // The memory that a large line took, the parser's index with it. What was read last is void.
  void give_memory_back();

 private:
  struct Value {
    std::string_view json;  // as it stands, without the blanks around it; empty: absent
    std::string_view text;  // of a string: its value
  };
  struct Members {
    std::string_view object;  // all of it
    Value message;
    Value timestamp;
    Value ingest_timestamp;
    Value application;
    Value pod_name;
    Value container_name;
    Value kubernetes_container_name;
    Value stream;
  };
  enum class Keep { No, Yes };

  simdjson::error_code parse(std::string_view line);
  bool is_all_read();
  bool check(simdjson::ondemand::value value, int depth);
  bool check_array(simdjson::ondemand::array array, int depth);
  bool read_value(simdjson::ondemand::value value, Keep keep, int depth, Value& read);
  bool read_member(simdjson::simdjson_result<simdjson::ondemand::field> member,
                   simdjson::ondemand::field& field, std::string_view& key);
  bool read_members(simdjson::ondemand::object object, const char* start);
  bool read_kubernetes(simdjson::ondemand::value value);
  bool read_element();
  Value* member_named(std::string_view key);
  std::string_view until_here(const char* start);
  std::string_view without_metadata();
  void give(ReadRecord& record, ReadCounts& counts);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::string_view line_;          // being read: the caller's, or repaired_
  std::string repaired_;           // the line with U+FFFD where it was damaged
  Scratch scratch_;                // values of strings that hold escapes
  char* scratch_begin_ = nullptr;  // for this line
  char* scratch_at_ = nullptr;
  std::string left_over_;  // an object without its metadata

  Members members_;
  simdjson::ondemand::object object_;  // of members_
  bool has_object_ = false;            // the line is an object, not given yet
  bool has_elements_ = false;          // the line is an array, being given
  bool is_on_element_ = false;
  simdjson::ondemand::array_iterator element_;
  simdjson::ondemand::array_iterator elements_end_;
};

}  // namespace headgate
