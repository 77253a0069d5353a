#include "process/executor.h"

#include <algorithm>
#include <utility>

namespace headgate::process {

void JobQueue::add(Executor::Job job) {
  const std::uint64_t number = next_number_++;
  shares_.add(job.tenant, number);
  jobs_.emplace(number, std::move(job));
}

std::optional<Executor::Job> JobQueue::next(SteadyTime now) {
  if (alone_since_) {
    if (now - *alone_since_ < kAloneMax) return std::nullopt;
  } else if (!alone_.empty() && now >= alone_not_before_) {
    if (shares_.running() > 0 && now < drained_by_) return std::nullopt;
    Executor::Job job = std::move(alone_.front());
    alone_.pop_front();
    alone_since_ = now;
    return job;
  }
  const std::optional<FairScheduler::Next> next = shares_.next();
  if (!next) return std::nullopt;
  return std::move(jobs_.extract(next->number).mapped());
}

void JobQueue::done(const Executor::Job& job, Health health, SteadyTime now) {
  if (!job.is_alone) return shares_.done(job.tenant, health);
  const std::chrono::nanoseconds took = now - *alone_since_;
  alone_since_.reset();
  alone_not_before_ = now + (took < std::chrono::seconds{1} ? std::chrono::nanoseconds{0} : took);
  drained_by_ = alone_not_before_ + kDrainMax;
}

void JobQueue::do_alone(Executor::Job job, SteadyTime now) {
  shares_.done(job.tenant, Health::Unknown);
  if (alone_.empty() && !alone_since_) drained_by_ = std::max(now, alone_not_before_) + kDrainMax;
  job.is_alone = true;
  alone_.push_back(std::move(job));
}

std::vector<Executor::Job> JobQueue::clear() {
  std::vector<Executor::Job> jobs;
  for (const FairScheduler::Next& next : shares_.clear()) {
    jobs.push_back(std::move(jobs_.extract(next.number).mapped()));
  }
  for (Executor::Job& job : alone_) jobs.push_back(std::move(job));
  alone_.clear();
  return jobs;
}

}  // namespace headgate::process
