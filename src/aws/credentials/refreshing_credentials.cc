#include "aws/credentials/refreshing_credentials.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headgate::aws {

RefreshingCredentials::RefreshingCredentials(Clock& clock, Random& random,
                                             std::unique_ptr<CredentialsOrigin> origin, Options options)
    : clock_(clock), random_(random), origin_(std::move(origin)), options_(options) {}

Result<Credentials> RefreshingCredentials::get(Deadline deadline) {
  const MutexLock lock(mutex_);
  for (;;) {
    const bool has_valid = held_ && is_valid(*held_);
    if (has_valid && (!is_due(*held_) || is_flying_ || clock_.steady() < not_before_))
      return held_->credentials;
    if (!is_flying_) {
      if (failed_ && clock_.steady() < not_before_) return *failed_;
      return renew(deadline);
    }
    TRY(await_flight(deadline));
    if (failed_) return *failed_;
  }
}

Result<> RefreshingCredentials::await_flight(Deadline deadline) {
  constexpr std::chrono::milliseconds kLook{
      100};  // a condition variable cannot wait for our clock's deadline, so we look at it this often
  const std::uint64_t before = flights_;
  while (flights_ == before) {
    const auto left = deadline.left(clock_.steady());
    if (left.count() == 0) return Error{Fault::Retry, std::string(origin_->name()) + ": no answer in time"};
    landed_.wait_until(mutex_, CondVar::after(std::min<std::chrono::nanoseconds>(left, kLook)));
  }
  return {};
}

Result<Credentials> RefreshingCredentials::renew(Deadline deadline) {
  const bool has_valid = held_ && is_valid(*held_);
  if (has_valid) deadline.at = std::min(deadline.at, clock_.steady() + options_.renewal_max);
  is_flying_ = true;
  mutex_.unlock();
  Result<Credentials> fetched = origin_->fetch(deadline);
  mutex_.lock();
  is_flying_ = false;
  ++flights_;
  landed_.notify_all();
  if (fetched.ok()) {
    failed_.reset();
    not_before_ = kLongAgo;
    held_ = held_of(*std::move(fetched));
    return held_->credentials;
  }
  failed_ = std::move(fetched).error().in(origin_->name());
  if (held_ && is_valid(*held_)) {
    not_before_ = clock_.steady() + options_.renewal_pause;
    log::warn("credentials_not_renewed",
              "Credentials could not be renewed. The present ones are used while they are valid.",
              {{"origin", origin_->name()}, {"error", failed_->what}});
    return held_->credentials;
  }
  const bool is_final = failed_->fault != Fault::Retry && failed_->fault != Fault::Stopped;
  not_before_ = is_final ? clock_.steady() + options_.denied_for : kLongAgo;
  return *failed_;
}

RefreshingCredentials::Held RefreshingCredentials::held_of(Credentials credentials) const {
  Held held{.credentials = std::move(credentials), .since = clock_.steady()};
  if (!held.credentials.expires_at) return held;
  const Timestamp now = clock_.now();
  held.expires = true;
  held.valid_until = *held.credentials.expires_at;
  if (held.valid_until <= now) held.valid_until = now + options_.expired_valid_for;
  const auto spread = static_cast<std::uint64_t>(options_.renew_before.count()) + 1;
  const std::chrono::seconds early{static_cast<std::int64_t>(random_.next() % spread)};
  held.renew_at =
      std::max(held.valid_until - options_.renew_before - early, now + (held.valid_until - now) / 2);
  return held;
}

void RefreshingCredentials::forget(const Credentials& refused) {
  const MutexLock lock(mutex_);
  if (!held_ || clock_.steady() - held_->since < options_.forget_after) return;
  if (held_->credentials.access_key_id != refused.access_key_id ||
      held_->credentials.session_token != refused.session_token)
    return;
  held_.reset();
  failed_.reset();
  not_before_ = kLongAgo;
}

}  // namespace headgate::aws
