#include "assembly/delivery_workers.h"

#include <pthread.h>

#include <algorithm>

#include "assembly/tenant_rules.h"

namespace headgate::assembly {

Result<process::ProcessorOptions> processor_options(const config::Config& config, LeaseOwner owner) {
  const auto& process = config.process;
  return process::ProcessorOptions{
      .buckets = {process.buckets.begin(), process.buckets.end()},
      .key_template = TRY_IN("key.template", KeyTemplate::parse(config.key.template_text)),
      .owner = std::move(owner),
      .lease = process.lease,
      .try_for = process.try_for,
      .decompression = {.ratio_max = static_cast<std::uint64_t>(process.decompression_ratio_max)},
      .groups = TRY_IN("tenants.groups", tenants::Groups::make(tenant_groups(config)))};
}

Result<std::unique_ptr<DeliveryWorkers>> DeliveryWorkers::start(const Deps& deps,
                                                                const config::Config& config,
                                                                LeaseOwner owner, Times times,
                                                                process::WorkerStops stops) {
  auto workers = std::unique_ptr<DeliveryWorkers>(new DeliveryWorkers());
  const auto& process = config.process;
  const process::ProcessorOptions options = TRY(processor_options(config, std::move(owner)));
  workers->pool_ = std::make_unique<process::WorkerPool>(
      deps.processor, process::WorkerPool::Options{.threads = static_cast<std::size_t>(process.concurrency),
                                                   .processor = options});
  const process::QueueWorker::Options worker_options{
      .visibility = std::chrono::duration_cast<std::chrono::seconds>(process.visibility),
      .wait = times.wait,
      .grace = times.grace,
      // A lone tenant may fill half of it, and then has two for each thread.
      .room = {.bytes_max = process.held_bytes_max,
               .messages_max = std::max<std::size_t>(256, 4 * static_cast<std::size_t>(process.concurrency))},
      .retry = {.first = process.retry_first, .longest = process.retry_longest},
      .buckets = options.buckets,
      .stops = stops};
  workers->stops_ = std::move(stops);
  workers->worker_ =
      std::make_unique<process::QueueWorker>(process::QueueWorker::Deps{.clock = deps.processor.clock,
                                                                        .random = deps.random,
                                                                        .queue = deps.queue,
                                                                        .metrics = deps.processor.metrics,
                                                                        .pool = *workers->pool_},
                                             options.key_template, worker_options);
  workers->release_ = parked_release(deps.processor, deps.random, &deps.queue, *workers->pool_);
  process::ParkedRelease* const release = workers->release_.get();
  workers->release_thread_ =
      std::jthread([release, &clock = deps.processor.clock](const std::stop_token& stop) {
        ::pthread_setname_np(::pthread_self(), "parked");
        while (!clock.sleep(release->turn({.stop = stop}), stop)) continue;
      });
  process::QueueWorker* const worker = workers->worker_.get();
  workers->thread_ = std::jthread([worker](const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "receive");
    worker->run(stop);
  });
  return workers;
}

std::unique_ptr<process::ParkedRelease> parked_release(const process::Processor::Deps& deps, Random& random,
                                                       Queue* queue, process::WorkerPool& pool) {
  return std::make_unique<process::ParkedRelease>(process::ParkedRelease::Deps{.clock = deps.clock,
                                                                               .random = random,
                                                                               .ledger = deps.ledger,
                                                                               .central = deps.central,
                                                                               .tenants = deps.tenants,
                                                                               .queue = queue,
                                                                               .metrics = deps.metrics,
                                                                               .shared = pool.shared()},
                                                  process::ParkedRelease::Options{});
}

void DeliveryWorkers::stop() {
  release_thread_.request_stop();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  // A ledger that hangs keeps nobody here.
  stops_.deliveries.request_stop();
  stops_.writes.request_stop();
  if (release_thread_.joinable()) release_thread_.join();
}

}  // namespace headgate::assembly
