#include "assembly/delivery_workers.h"
#include "aws/lambda/embedded_metrics.h"
#include "aws/lambda/lambda_event.h"
#include "aws/lambda/lambda_runtime.h"
#include "base/log.h"
#include "cli/process_run.h"
#include "process/invocation.h"

namespace headgate::cli {
namespace {

class Function {
 public:
  static Result<std::unique_ptr<Function>> open(ProcessRun& run) {
    auto function = std::unique_ptr<Function>(new Function());
    function->deps_ = TRY(assembly::DeliveryBackend::open(run.client_deps(), run.config));
    const process::ProcessorOptions options =
        TRY(assembly::processor_options(run.config, lambda_owner(run.config.process.name, run.random)));
    function->pool_ = std::make_unique<process::WorkerPool>(
        run.processor_deps(*function->deps_),
        process::WorkerPool::Options{.threads = static_cast<std::size_t>(run.config.process.concurrency),
                                     .processor = options});
    function->visibility_failures_ = std::make_unique<process::VisibilityFailures>(run.clock, run.metrics);
    function->batch_ = std::make_unique<process::InvocationProcessor>(
        run.clock, run.random, *function->pool_, options.key_template,
        process::InvocationProcessor::Options{
            .retry = {.first = run.config.process.retry_first, .longest = run.config.process.retry_longest},
            .buckets = options.buckets},
        function->deps_->queue(), function->visibility_failures_.get());
    function->release_ = assembly::parked_release(run.processor_deps(*function->deps_), run.random,
                                                  function->deps_->queue(), *function->pool_);
    return function;
  }

  // What Lambda is answered.
  Result<std::string> handle(const aws::LambdaRuntime::Invocation& invocation) {
    const std::vector<ReceivedMessage> messages =
        TRY(aws::messages_of_lambda_event(invocation.event, invocation.request_id));
    const std::vector<std::string> failed = batch_->process(messages, invocation.deadline);
    look_after_what_is_parked(invocation.deadline);
    log::info(
        "invocation_finished", "A Lambda invocation was processed.",
        {{"request_id", invocation.request_id}, {"messages", messages.size()}, {"not_done", failed.size()}});
    const bool is_whole = messages.size() == 1 && messages.front().id == invocation.request_id;
    if (is_whole && !failed.empty())
      return Error{Fault::Retry, "not all objects of the event were delivered"};
    return aws::batch_item_failures(failed);
  }

 private:
  Function() = default;

  std::unique_ptr<assembly::DeliveryBackend> deps_;
  // before the worker pool, whose threads use it
  std::unique_ptr<process::VisibilityFailures> visibility_failures_;
  std::unique_ptr<process::WorkerPool> pool_;
  // In what is left of the invocation's time: nothing of ours runs between two.
  void look_after_what_is_parked(Deadline deadline) {
    (void)release_->turn({.until = Deadline{deadline.at - kParkedMargin}});
  }

  static constexpr std::chrono::seconds kParkedMargin{20};
  std::unique_ptr<process::InvocationProcessor> batch_;
  std::unique_ptr<process::ParkedRelease> release_;
};

Result<std::unique_ptr<aws::LambdaRuntime>> open_runtime(const config::Environment& environment,
                                                         const net::Library& library, Clock& clock) {
  const auto api = environment.find("AWS_LAMBDA_RUNTIME_API");
  return aws::LambdaRuntime::open(library, clock,
                                  api == environment.end() ? std::string_view() : api->second);
}

}  // namespace

LeaseOwner lambda_owner(const std::string& name, Random& random) {
  return LeaseOwner((name.empty() ? "lambda" : name) + "-" + random.uuid());
}

void tell_lambda(const config::Environment& environment, const Error& error) {
  local::SystemClock clock;
  const Result<net::Library> library = net::Library::open();
  if (!library.ok()) return;
  const auto runtime = open_runtime(environment, *library, clock);
  if (!runtime.ok()) return;  // not inside Lambda: whoever started us reads the complaint
  const Result<> told = (*runtime)->fail_to_start(error);
  if (!told.ok())
    log::error("start_failure_not_reported",
               "The reason why Headgate does not start could not be reported to Lambda.",
               {{"error", told.error().what}});
}

Result<int> process_lambda(ProcessRun& run) {
  const auto runtime = TRY(open_runtime(run.environment, run.library, run.clock));
  const Result<std::unique_ptr<Function>> function = Function::open(run);
  if (!function.ok()) {
    const Result<> told = runtime->fail_to_start(function.error());
    if (!told.ok())
      log::error("start_failure_not_reported",
                 "The reason why Headgate does not start could not be reported to Lambda.",
                 {{"error", told.error().what}});
    return function.error();
  }
  aws::EmbeddedMetrics embedded(run.metrics, run.config.metrics.by_tenant
                                                 ? aws::EmbeddedMetrics::Dimensions::ByTenant
                                                 : aws::EmbeddedMetrics::Dimensions::Sums);
  while (!run.stop.stop_requested()) {
    const Result<aws::LambdaRuntime::Invocation> invocation = runtime->next(run.stop);
    if (!invocation.ok()) {
      if (invocation.error().fault == Fault::Stopped) break;
      return invocation.error();  // Lambda starts us again
    }
    const Result<std::string> handled = (*function)->handle(*invocation);
    const std::string metrics = embedded.lines(run.clock.now());
    run.output << metrics;
    run.output.flush();
    const Result<> told = handled.ok() ? runtime->respond(invocation->request_id, *handled)
                                       : runtime->fail(invocation->request_id, handled.error());
    if (!told.ok())
      log::error("invocation_not_reported",
                 "The result of an invocation could not be reported to Lambda, which will repeat it.",
                 {{"error", told.error().what}});
  }
  return 0;
}

}  // namespace headgate::cli
