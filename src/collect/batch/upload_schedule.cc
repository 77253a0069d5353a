#include "collect/batch/upload_schedule.h"

#include <algorithm>

namespace headgate::collect {

UploadSchedule::Tenants::iterator UploadSchedule::whose_try(std::uint64_t sequence) {
  return std::find_if(held_up_.begin(), held_up_.end(),
                      [&](const auto& tenant) { return tenant.second.tried == sequence; });
}

std::optional<std::uint64_t> UploadSchedule::next(SteadyTime now) {
  if (!ready_.empty()) {
    const std::uint64_t sequence = ready_.front();
    ready_.pop_front();
    return sequence;
  }
  for (auto& [name, tenant] : held_up_) {
    if (tenant.tried || now < tenant.due_at) continue;
    tenant.tried = tenant.waiting.front();
    tenant.waiting.pop_front();
    return tenant.tried;
  }
  return std::nullopt;
}

void UploadSchedule::stored(std::uint64_t sequence) {
  const auto tenant = whose_try(sequence);
  if (tenant == held_up_.end()) return;
  const auto& waiting = tenant->second.waiting;
  ready_.insert(ready_.end(), waiting.begin(), waiting.end());
  held_up_.erase(tenant);
}

std::chrono::milliseconds UploadSchedule::failed(std::uint64_t sequence, const std::string& tenant,
                                                 SteadyTime now) {
  const auto tried = whose_try(sequence);
  HeldUp& held_up = tried == held_up_.end() ? held_up_[tenant] : tried->second;
  // To the back: if it is this batch alone that the store will not have, the others pass it.
  held_up.waiting.push_back(sequence);
  if (held_up.tried == sequence || held_up.failures == 0) {
    held_up.due_at = now + backoff_.wait(++held_up.failures, random_.next());
    if (held_up.tried == sequence) held_up.tried.reset();
  }
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::max(held_up.due_at - now, SteadyTime::duration::zero()));
}

void UploadSchedule::given_up(std::uint64_t sequence) {
  const auto tenant = whose_try(sequence);
  if (tenant == held_up_.end()) return;
  tenant->second.tried.reset();
  if (tenant->second.waiting.empty()) held_up_.erase(tenant);
}

}  // namespace headgate::collect
