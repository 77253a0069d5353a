#include "deliver/batch_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/check.h"
#include "base/number.h"
#include "model/compression/checksum.h"

namespace headgate::deliver {
namespace {

// The letters of the text in the ledger.
constexpr char kWaiting = 'w';
constexpr char kAccepted = 'a';
constexpr char kTooOld = 'o';
constexpr char kExpired = 'e';
constexpr char kTooNew = 'n';
constexpr char kInvalid = 'i';
constexpr std::string_view kLetters = "waoeni";

constexpr std::size_t kFingerprintDigits = 16;

}  // namespace

BatchOutcome::BatchOutcome(std::span<const LogEvent> events)
    : events_(events), outcomes_(events.size(), kWaiting) {}

bool BatchOutcome::resume(std::string_view text) {
  if (text.size() <= kFingerprintDigits || text[kFingerprintDigits] != ':') return false;
  if (text.substr(0, kFingerprintDigits) != fingerprint()) return false;
  text.remove_prefix(kFingerprintDigits + 1);
  std::string outcomes;
  while (!text.empty()) {
    const char letter = text.front();
    if (kLetters.find(letter) == std::string_view::npos) return false;
    text.remove_prefix(1);
    std::size_t count = 1;
    if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      const auto written = take_leading_number<std::size_t>(text);
      if (!written) return false;
      count = *written;
    }
    if (count > events_.size() - outcomes.size()) return false;
    outcomes.append(count, letter);
  }
  if (outcomes.size() != events_.size()) return false;
  outcomes_ = std::move(outcomes);
  is_any_accepted_ = true;  // else nothing would have been remembered
  return true;
}

std::size_t BatchOutcome::index_of(const LogEvent& event) {
  const auto place = [&](std::uint32_t index) { return events_[index].message.data(); };
  if (by_place_.empty()) {
    by_place_.resize(events_.size());
    std::iota(by_place_.begin(), by_place_.end(), 0U);
    std::sort(by_place_.begin(), by_place_.end(), [&](std::uint32_t left, std::uint32_t right) {
      return std::less<>()(place(left), place(right));
    });
  }
  const auto found = std::lower_bound(
      by_place_.begin(), by_place_.end(), event.message.data(),
      [&](std::uint32_t index, const char* wanted) { return std::less<>()(place(index), wanted); });
  CHECK(found != by_place_.end() && place(*found) == event.message.data());
  return *found;
}

void BatchOutcome::set(std::span<const LogEvent> part, char outcome) {
  if (part.size() == events_.size()) {  // mostly
    outcomes_.assign(outcomes_.size(), outcome);
    return;
  }
  for (const LogEvent& event : part) outcomes_[index_of(event)] = outcome;
}

void BatchOutcome::add(const RejectedEvents& rejected, std::span<const LogEvent> part) {
  const std::size_t too_new = std::min(rejected.too_new_from.value_or(part.size()), part.size());
  const std::size_t too_old = std::min(rejected.too_old_until.value_or(0), too_new);
  const std::size_t expired = std::min(rejected.expired_until.value_or(0), too_new);
  is_any_accepted_ = true;
  set(part, kAccepted);
  set(part.first(expired), kExpired);
  set(part.first(too_old), kTooOld);
  set(part.subspan(too_new), kTooNew);
}

void BatchOutcome::add_invalid(std::span<const LogEvent> part) {
  set(part, kInvalid);
}

void BatchOutcome::add_too_old(std::span<const LogEvent> part) {
  set(part, kTooOld);
}

void BatchOutcome::add_too_new(std::span<const LogEvent> part) {
  set(part, kTooNew);
}

bool BatchOutcome::is_any_accepted() const {
  return is_any_accepted_;
}

bool BatchOutcome::is_waiting(std::size_t index) const {
  return outcomes_[index] == kWaiting;
}

std::vector<BatchOutcome::Reason> BatchOutcome::by_reason() const {
  std::vector<Reason> reasons;
  constexpr std::pair<char, std::string_view> kReasons[] = {
      {kTooOld, "too old"}, {kExpired, "expired"}, {kTooNew, "too new"}, {kInvalid, "invalid"}};
  for (const auto& [letter, reason] : kReasons) {
    std::size_t at = outcomes_.find(letter);
    if (at == std::string::npos) continue;
    Reason& one = reasons.emplace_back(Reason{.reason = reason, .events = {}});
    for (; at != std::string::npos; at = outcomes_.find(letter, at + 1)) one.events.push_back(events_[at]);
  }
  return reasons;
}

std::string BatchOutcome::fingerprint() const {
  std::uint64_t all = events_.size();
  for (const LogEvent& event : events_) {
    all = all * 0x100000001B3ULL ^ static_cast<std::uint64_t>(event.at_ms);
    all = all * 0x100000001B3ULL ^ fnv1a_64(event.message);
  }
  return fmt::format("{:016x}", all);
}

std::string BatchOutcome::text() const {
  std::string text = fingerprint() + ':';
  for (std::size_t at = 0; at < outcomes_.size();) {
    const char letter = outcomes_[at];
    const std::size_t end = std::min(outcomes_.find_first_not_of(letter, at), outcomes_.size());
    text.push_back(letter);
    if (end - at > 1) text += std::to_string(end - at);
    at = end;
  }
  return text;
}

}  // namespace headgate::deliver
