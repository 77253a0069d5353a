#include "deliver/gate.h"

#include <algorithm>

namespace headgate::deliver {

Gate::Pass& Gate::Pass::operator=(Pass&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  gate_ = std::move(other.gate_);
  probe_ = other.probe_;
  return *this;
}

void Gate::Pass::give_back() {
  if (!gate_ || probe_ == 0) return;
  const MutexLock lock(gate_->mutex_);
  gate_->breaker_.give_back(probe_);
}

Gate::UnderWay::UnderWay(Gate& gate, SteadyTime began) : gate_(gate) {
  const MutexLock lock(gate_.mutex_);
  place_ = gate_.under_way_.insert(began);
}

Gate::UnderWay::~UnderWay() {
  const MutexLock lock(gate_.mutex_);
  gate_.under_way_.erase(place_);
}

bool Gate::is_silent(SteadyTime now) const {
  return !under_way_.empty() && now - std::max(*under_way_.begin(), answered_at_) > options_.silence_max;
}

Gate::Admission Gate::admit(const std::shared_ptr<Gate>& gate, SteadyTime now) {
  const MutexLock lock(gate->mutex_);
  // Nobody may look either.
  if (const auto closed = gate->pace_.closed_for(now); closed > gate->options_.wait_max) {
    return {.pass = {}, .wait = std::chrono::ceil<std::chrono::milliseconds>(closed)};
  }
  if (gate->is_silent(now)) return {.pass = {}, .wait = gate->options_.silence_wait};
  const Breaker::Permit permit = gate->breaker_.ask(now);
  return {.pass = Pass(gate, permit.probe), .wait = permit.wait};
}

Result<Deadline> Gate::enter(const Call& call) {
  const SteadyTime now = call.clock.steady();
  if (call.limits.is_over(now)) return Error{Fault::Stopped, "interrupted: the time for this try is over"};
  std::optional<std::chrono::nanoseconds> wait;
  std::chrono::nanoseconds closed{};
  {
    const MutexLock lock(mutex_);
    wait = pace_.reserve(now, options_.wait_max);
    closed = pace_.closed_for(now);
  }
  if (!wait) {
    return Error{Fault::Retry, "destination: takes less than we have for it",
                 std::chrono::ceil<std::chrono::milliseconds>(closed)};
  }
  if (wait->count() > 0 && call.clock.sleep(*wait, call.limits.stop)) {
    return Error{Fault::Stopped, "interrupted: we are stopping"};
  }
  const SteadyTime begin = call.clock.steady();
  if (call.limits.is_over(begin)) return Error{Fault::Stopped, "interrupted: the time for this try is over"};
  const Deadline deadline = Deadline::after(begin, call.timeout);
  return deadline.at < call.limits.until.at ? deadline : call.limits.until;
}

void Gate::taken(SteadyTime now) {
  const MutexLock lock(mutex_);
  answered_at_ = now;
  pace_.taken(now);
  breaker_.succeeded();
  tokens_ = std::min(tokens_ + 1, options_.retry_tokens);
}

Gate::Again Gate::failed(SteadyTime began, const Call& call, const Error& error, std::uint32_t tries) {
  const SteadyTime now = call.clock.steady();
  const bool was_slow = now - began >= call.timeout / 4;
  const MutexLock lock(mutex_);
  if (!was_slow) answered_at_ = now;
  pace_.refused(now);
  pace_.close(now + std::min(error.retry_after, options_.pause_max));
  const bool may_try = !was_slow && tries < options_.tries_max && error.retry_after <= options_.wait_max;
  if (may_try && breaker_.is_probing(now)) return Again::Yes;  // it has failed when its last try has
  breaker_.failed(now, was_slow ? Failure::Silent : Failure::Soon);
  if (!may_try || breaker_.is_open() || tokens_ < options_.retry_cost) return Again::No;
  tokens_ -= options_.retry_cost;
  return Again::Yes;
}

std::shared_ptr<Gate> Gates::of(const TenantId& tenant, const DestinationName& destination) {
  std::string name = tenant.str() + '\0' + destination.str();
  const MutexLock lock(mutex_);
  if (const auto found = gates_.find(name); found != gates_.end()) {
    recency_.splice(recency_.begin(), recency_, found->second.place);
    return found->second.gate;
  }
  if (gates_.size() >= gates_max_) {
    gates_.erase(recency_.back());
    recency_.pop_back();
  }
  recency_.push_front(name);
  auto gate = std::make_shared<Gate>(options_);
  gates_.emplace(std::move(name), Slot{.gate = gate, .place = recency_.begin()});
  return gate;
}

}  // namespace headgate::deliver
