// An endpoint that is configured for one service is used by the clients of that service.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "aws/credentials/aws_settings.h"
#include "aws/credentials/secrets_manager.h"
#include "aws/credentials/sts.h"
#include "aws/dynamo/dynamo_table.h"
#include "aws/logs/logs_sink.h"
#include "aws/s3/s3_store.h"
#include "aws/sqs/sqs_queue.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_server.h"
#include "local/posix_disk.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;

// Refuses every request, and remembers it.
std::unique_ptr<ScriptedServer> refusing_server() {
  return std::make_unique<ScriptedServer>([](const std::string&, ScriptedServer::Answer& answer) {
    answer.json(400, R"({"__type":"AccessDeniedException"})");
  });
}

TEST(NamedEndpoints, EachIsAskedByTheClientOfItsServiceAndByNoOther) {
  std::map<std::string, std::unique_ptr<ScriptedServer>> servers;
  Environment environment;
  for (const char* name : {"S3", "SQS", "STS", "DYNAMODB", "CLOUDWATCH_LOGS", "SECRETS_MANAGER"}) {
    servers[name] = refusing_server();
    environment.variables[std::string("AWS_ENDPOINT_URL_") + name] = servers[name]->url();
  }
  const auto of_all = refusing_server();
  environment.variables["AWS_ENDPOINT_URL"] = of_all->url();
  environment.variables["AWS_CONFIG_FILE"] = "/dev/null";
  environment.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  local::PosixDisk disk;
  const EndpointSettings endpoints = aws_settings(environment, disk).value().endpoints;

  fakes::AwsFixture aws("");
  const ServiceClient::Deps deps = aws.deps();
  const auto at = [&](Service service) { return endpoint_of(service, "us-east-1", endpoints).value(); };
  const auto asked = [&](const char* name) {
    for (const auto& [other, server] : servers) {
      if (other != name) {
        EXPECT_TRUE(server->requests().empty()) << other << " for " << name;
      }
    }
    EXPECT_FALSE(servers[name]->requests().empty()) << name;
    servers.erase(name);
  };

  S3Settings s3{.bucket = BucketName("bucket"), .region = "us-east-1", .endpoints = endpoints};
  EXPECT_FALSE(S3Store::open(deps, s3).value()->head(ObjectKey("k"), aws.soon()).ok());
  asked("S3");
  EXPECT_FALSE(SqsQueue::open(deps, {.queue = "q", .region = "us-east-1", .endpoints = endpoints}).ok());
  asked("SQS");
  const auto table = DynamoTable::open(deps, {.table = "t", .region = "us-east-1", .endpoints = endpoints});
  EXPECT_FALSE(table.value()->get(R"({"k":{"S":"v"}})", Deadline::never()).ok());
  asked("DYNAMODB");
  const auto logs = LogsSink::open(deps, {.region = "us-east-1", .endpoints = endpoints});
  EXPECT_FALSE(logs.value()->create_group(LogGroup("/g"), aws.soon()).ok());
  asked("CLOUDWATCH_LOGS");
  EXPECT_FALSE(Sts(deps, at(Service::Sts), {}).caller_identity(aws.soon()).ok());
  asked("STS");
  EXPECT_FALSE(SecretsManager(deps, at(Service::SecretsManager), {}).value("s", aws.soon()).ok());
  asked("SECRETS_MANAGER");
  EXPECT_TRUE(of_all->requests().empty());
}

}  // namespace
}  // namespace headgate::aws
