#include "collect/tail/record_joiner.h"

#include <algorithm>

#include "base/check.h"

namespace headgate::collect {
namespace {

constexpr std::size_t kReleasesMax = 2;  // by one call: what was held, and what took its place

}  // namespace

void RecordJoiner::begin_giving() {
  given_.clear();
  texts_.clear();
  texts_.reserve(kReleasesMax);  // records view into them
}

std::span<const Record> RecordJoiner::take(std::span<const Record> records,
                                           std::span<const PieceOrigin> origins) {
  begin_giving();
  for (const Record& record : records) take_one(record, origins);
  return given_;
}

std::span<const Record> RecordJoiner::take_last(Stream stream, std::span<const Record> records,
                                                std::span<const PieceOrigin> origins) {
  begin_giving();
  for (const Record& record : records) take_one(record, origins);
  release(stream);
  return given_;
}

std::span<const Record> RecordJoiner::end_aged(Stream stream, SteadyTime now) {
  begin_giving();
  Held& held = of(stream);
  if (!holds(stream)) return given_;
  if (held.since == kLongAgo) held.since = now;
  if (now - held.since >= options_.age_max) release(stream);
  return given_;
}

void RecordJoiner::take_one(const Record& record, std::span<const PieceOrigin> origins) {
  const bool is_joinable = record.part == 0 && !record.is_damaged;
  Held& held = of(record.stream);
  MultilinePattern::Step step;
  if (holds(record.stream)) {
    if (is_joinable) step = options_.pattern->goes_on(held.state, record.message);
    const bool has_room = held.lines < options_.lines_max &&
                          held.text.size() + 1 + record.message.size() <= options_.bytes_max &&
                          (!step.is_loose || held.loose.size() < kLooseMax);
    if (step.state != MultilinePattern::kNone && has_room) {
      held.text += '\n';
      return hold(record, step, origins);
    }
    release(record.stream);
    // More of a record that reached a limit.
    if (step.state != MultilinePattern::kNone && !step.is_loose) return hold(record, step, origins);
  }
  if (is_joinable) step = {.state = options_.pattern->begins(record.message)};
  if (is_joinable && step.state != MultilinePattern::kNone) return hold(record, step, origins);
  given_.push_back(record);
}

void RecordJoiner::hold(const Record& record, MultilinePattern::Step step,
                        std::span<const PieceOrigin> origins) {
  Held& held = of(record.stream);
  if (held.lines == 0) {
    held.at = record.at;
    held.ingested_at = record.ingested_at;
    held.is_time_ignored = record.is_time_ignored;
  } else if (step.is_loose) {
    held.loose.push_back({.begin = held.text.size(), .record = record});
  } else {
    joined_ += 1 + held.loose.size();
    held.loose.clear();
  }
  held.state = step.state;
  held.text += record.message;
  ++held.lines;
  for (const PieceOrigin& origin : origins) {
    const bool is_first = std::none_of(held.origins.begin(), held.origins.end(),
                                       [&](const PieceOrigin& known) { return known.file == origin.file; });
    if (is_first) held.origins.push_back(origin);
  }
}

void RecordJoiner::release(Stream stream) {
  if (!holds(stream)) return;
  CHECK(texts_.size() < kReleasesMax);
  Held held = std::exchange(of(stream), Held());
  texts_.push_back(std::move(held.text));
  const std::string_view text = texts_.back();
  given_.push_back(
      {.at = held.at,
       .ingested_at = held.ingested_at,
       .message = text.substr(0, held.loose.empty() ? text.size() : held.loose.front().begin - 1),
       .stream = stream,
       .is_time_ignored = held.is_time_ignored});
  for (std::size_t index = 0; index < held.loose.size(); ++index) {
    const std::size_t begin = held.loose[index].begin;
    const bool is_last = index + 1 == held.loose.size();
    const std::size_t end = is_last ? text.size() : held.loose[index + 1].begin - 1;
    given_.push_back(held.loose[index].record);
    given_.back().message = text.substr(begin, end - begin);
  }
}

std::optional<std::uint64_t> RecordJoiner::offset_in(Stream stream, std::uint64_t file) const {
  for (const PieceOrigin& origin : of(stream).origins) {
    if (origin.file == file) return origin.offset;
  }
  return std::nullopt;
}

SteadyTime RecordJoiner::due_at() const {
  SteadyTime due_at = SteadyTime::max();
  for (const Held& held : held_) {
    if (held.state != MultilinePattern::kNone && held.since != kLongAgo)
      due_at = std::min(due_at, held.since + options_.age_max);
  }
  return due_at;
}

void RecordJoiner::reset() {
  for (Held& held : held_) held = Held();
}

}  // namespace headgate::collect
