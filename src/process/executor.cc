#include "process/executor.h"

#include <utility>

namespace headgate::process {

void JobQueue::add(Executor::Job job) {
  const std::uint64_t number = next_number_++;
  shares_.add(job.tenant, number);
  jobs_.emplace(number, std::move(job));
}

std::optional<Executor::Job> JobQueue::next() {
  const std::optional<Shares::Next> next = shares_.next();
  if (!next) return std::nullopt;
  return std::move(jobs_.extract(next->number).mapped());
}

std::vector<Executor::Job> JobQueue::clear() {
  std::vector<Executor::Job> jobs;
  for (const Shares::Next& next : shares_.clear()) {
    jobs.push_back(std::move(jobs_.extract(next.number).mapped()));
  }
  return jobs;
}

}  // namespace headgate::process
