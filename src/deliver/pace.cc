#include "deliver/pace.h"

#include <algorithm>

namespace headgate::deliver {
namespace {

constexpr std::chrono::nanoseconds kWindow{std::chrono::seconds{1}};

double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::optional<std::chrono::nanoseconds> Pace::reserve(SteadyTime now, std::chrono::nanoseconds wait_max) {
  SteadyTime at = std::max(now, closed_until_);
  if (rate_) at = std::max(at, next_);
  if (at - now > wait_max) return std::nullopt;
  if (!rate_) return at - now;
  next_ = at + std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / *rate_)};
  return at - now;
}

void Pace::close(SteadyTime until) {
  closed_until_ = std::max(closed_until_, until);
}

std::chrono::nanoseconds Pace::closed_for(SteadyTime now) const {
  return std::max(closed_until_, now) - now;
}

void Pace::measure(SteadyTime now) {
  if (now - window_ < kWindow) return;
  measured_ = window_ == kLongAgo ? 0 : in_window_ / seconds_of(now - window_);
  in_window_ = 0;
  window_ = now;
}

void Pace::taken(SteadyTime now) {
  measure(now);
  in_window_ += 1;
  if (!rate_) return;
  // A call stands for 1/rate seconds of calls.
  *rate_ += options_.increase / *rate_;
  if (*rate_ > options_.per_second_max) rate_.reset();
}

void Pace::refused(SteadyTime now) {
  measure(now);
  if (now - refused_ < kWindow) return;
  refused_ = now;
  const double took = rate_.value_or(std::max(measured_, in_window_));
  rate_ = std::max(options_.per_second_min, took * options_.decrease);
  next_ = now + std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / *rate_)};
}

}  // namespace headgate::deliver
