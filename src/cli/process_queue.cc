// Tests: tests/e2e/aws_pipeline_test.py, tests/e2e/hanging_queue_test.py
#include <atomic>

#include "assembly/build_info.h"
#include "assembly/delivery_workers.h"
#include "base/log.h"
#include "cli/preflight.h"
#include "cli/process_run.h"
#include "http/health.h"
#include "http/server.h"

namespace headgate::cli {

namespace {

// The cheap part of `headgate check`: what is wrong with the queue is said when the worker starts, and not
// found out by lost messages. Ends at a stop. False: we may not change a message's visibility.
bool may_use_queue(ProcessRun& run) {
  if (run.config.store.kind != config::StoreKind::S3) return true;
  const auto clients = assembly::AwsClients::open(run.client_deps(), run.config, run.stop);
  if (!clients.ok()) return true;  // the worker itself has such clients, and says what they lack
  const QueuePreflight preflight = preflight_of_queue(**clients, run.config, run.clock);
  for (const Finding& finding : preflight.found)
    log::warn(
        "queue_settings_unsuitable",
        "A setting or permission of the queue does not fit deliveries. The field fix says what to change.",
        {{"finding", finding.what}, {"fix", finding.fix}});
  return preflight.may_change_visibility;
}

}  // namespace

Result<int> process_queue(ProcessRun& run, std::chrono::milliseconds grace) {
  const auto deps = TRY(assembly::DeliveryBackend::open(run.client_deps(), run.config, run.worker_stops()));
  if (deps->queue() == nullptr) return Error{Fault::Invalid, "aws.queue_url: must be set"};
  const bool is_local = run.config.store.kind == config::StoreKind::Directory;
  const assembly::DeliveryWorkers::Times times{.wait = std::chrono::milliseconds{is_local ? 500 : 5'000},
                                               .grace = grace};
  const auto workers = TRY(assembly::DeliveryWorkers::start(
      {.processor = run.processor_deps(*deps), .random = run.random, .queue = *deps->queue()}, run.config,
      run.owner(), times, run.stops));
  http::Readiness readiness;
  readiness.add("queue", [&] { return workers->status(); });
  std::atomic<bool> may_change_visibility{true};
  readiness.add("visibility", [&]() -> Result<> {
    if (may_change_visibility) return {};
    return Error{
        Fault::Denied,
        "queue: the role is not allowed to change the visibility of messages; run `headgate check process`"};
  });
  std::unique_ptr<http::Server> server;  // after what its handlers read, so that it ends first
  if (run.config.metrics.listen) {
    http::Routes routes;
    assembly::tell_build(run.metrics);
    http::add_health_routes(routes, run.metrics, readiness);
    server = TRY_IN("metrics.listen", http::Server::open(*run.config.metrics.listen, std::move(routes)));
  }
  log::info("process_started", "headgate process runs.",
            {{"mode", "sqs"},
             {"bucket", run.config.store.bucket.str()},
             {"threads", run.config.process.concurrency},
             {"metrics", server ? server->address().str() : std::string()}});
  may_change_visibility = may_use_queue(run);
  while (!run.stop.stop_requested()) run.clock.sleep(std::chrono::hours{1}, run.stop);
  log::info("process_stopping", "headgate process stops. Deliveries that have begun are still finished.");
  workers->stop();
  log::info("process_stopped", "headgate process has stopped.");
  return 0;
}

}  // namespace headgate::cli
