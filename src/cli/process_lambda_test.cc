// What AWS Lambda is told of a processor that cannot start.
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <sstream>

#include "base/mutex.h"
#include "cli/process_command.h"
#include "cli/process_run.h"
#include "fakes/scripted_server.h"

namespace headgate::cli {
namespace {

using fakes::ScriptedServer;

class ProcessLambda : public testing::Test {
 protected:
  // `headgate process --mode lambda`, with that in its environment beside Lambda's own.
  int run(const config::Environment& with) {
    config::Environment environment = with;
    environment["AWS_LAMBDA_RUNTIME_API"] = server_.url().substr(sizeof "http://" - 1);
    std::istringstream input;
    CLI::App app("test", "headgate");
    app.require_subcommand(1);
    const std::vector<Command> commands = {
        add_process(app, {.environment = environment, .output = output_, .complaints = complaints_}, input)};
    const std::vector<const char*> words = {"headgate", "process", "--mode", "lambda"};
    return run_command(app, commands, static_cast<int>(words.size()), words.data());
  }
  std::string last_request() {
    const MutexLock lock(mutex_);
    return last_request_;
  }

  std::ostringstream output_;
  std::ostringstream complaints_;
  Mutex mutex_;
  std::string last_request_;  // guarded
  ScriptedServer server_{[this](const std::string& request, ScriptedServer::Answer& answer) {
    {
      const MutexLock lock(mutex_);
      last_request_ = request;
    }
    answer.json(202, "{}");
  }};
};

TEST_F(ProcessLambda, IsToldWhichSettingCannotBeUsed) {
  EXPECT_EQ(run({{"HEADGATE_PROCESS_CONCURRENCY", "many"}}), kExitUsage);
  EXPECT_TRUE(last_request().starts_with("POST /2018-06-01/runtime/init/error ")) << last_request();
  EXPECT_NE(last_request().find("HEADGATE_PROCESS_CONCURRENCY"), std::string::npos) << last_request();
  EXPECT_NE(last_request().find("Headgate.Invalid"), std::string::npos) << last_request();
  EXPECT_NE(complaints_.str().find("HEADGATE_PROCESS_CONCURRENCY"), std::string::npos);
}

TEST_F(ProcessLambda, IsToldWhatIsMissing) {
  EXPECT_EQ(run({{"HEADGATE_STORE_KIND", "s3"}, {"HEADGATE_STORE_BUCKET", "central"}}), kExitUsage);
  EXPECT_TRUE(last_request().starts_with("POST /2018-06-01/runtime/init/error ")) << last_request();
  EXPECT_NE(last_request().find("aws.region"), std::string::npos) << last_request();
}

TEST_F(ProcessLambda, OfOneConfigurationRunsUnderANameOfItsOwnEachTime) {
  local::SystemRandom random;
  const LeaseOwner one = lambda_owner("deliverer", random);
  EXPECT_TRUE(one.view().starts_with("deliverer-"));
  EXPECT_NE(one, lambda_owner("deliverer", random));
  EXPECT_NE(lambda_owner("", random), lambda_owner("", random));
}

}  // namespace
}  // namespace headgate::cli
