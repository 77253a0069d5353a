// AWS's own signer and endpoint rules, in botocore, agree with ours on requests made at random.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "aws/call/endpoint.h"
#include "aws/call/sigv4.h"
#include "aws/credentials/aws_settings.h"
#include "base/json_text.h"
#include "conformance/scratch_folder.h"
#include "local/posix_disk.h"
#include "peers/peer_process.h"

namespace headgate {
namespace {

// One answer a question, in order. Empty when the peer is missing or fails.
std::vector<std::string> botocore_says(const std::vector<std::string>& questions) {
  const std::string path = testing::TempDir() + "botocore-" + std::to_string(::getpid()) + ".jsonl";
  {
    std::ofstream file(path, std::ios::binary);
    for (const std::string& question : questions) file << question << "\n";
  }
  const std::string command = peers::python() + " -B " + peers::script("botocore_says.py") + " " + path;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string printed;
  char chunk[4096];
  while (const std::size_t count = ::fread(chunk, 1, sizeof chunk, pipe)) printed.append(chunk, count);
  EXPECT_EQ(::pclose(pipe), 0) << "run tools/peers.sh first; it makes " << peers::python();
  std::remove(path.c_str());
  std::vector<std::string> answers;
  for (std::size_t from = 0; from < printed.size();) {
    const std::size_t end = printed.find('\n', from);
    answers.push_back(printed.substr(from, end - from));
    from = end + 1;
  }
  EXPECT_EQ(answers.size(), questions.size());
  answers.resize(questions.size());
  return answers;
}

class Chance {
 public:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }
  bool one_in(std::size_t count) { return below(count) == 0; }
  std::string_view any_of(const std::vector<std::string_view>& choices) {
    return choices[below(choices.size())];
  }
  // Of bytes that may stand in a name: letters, what must be encoded, characters of several bytes.
  std::string text(std::size_t length_max) {
    const std::vector<std::string_view> pieces{"a", "B", "7", "-", "_", "~", ".", "=", "&", "+",   " ",
                                               "/", "%", "*", "'", "(", ":", "@", "é", "ሴ", "🪵"};
    std::string made;
    for (std::size_t left = below(length_max + 1); left > 0; --left) made += any_of(pieces);
    return made;
  }

 private:
  std::mt19937_64 engine_{20261125};
};

struct Asked {
  std::string question;
  std::string ours;
};

Asked signed_at_random(Chance& chance) {
  const aws::Signer::Scope scope{
      .region = std::string(chance.any_of({"us-east-1", "eu-west-1", "cn-north-1"})),
      .service = std::string(chance.any_of({"s3", "s3", "logs", "sts", "sqs", "dynamodb"}))};
  const bool is_s3 = scope.service == "s3";
  std::string path;
  for (std::size_t segments = chance.below(5); segments > 0; --segments) {
    path += "/";
    if (chance.one_in(8)) {
      path += chance.any_of({".", "..", ""});
    } else {
      net::append_percent_encoded(path, chance.text(6));
    }
  }
  if (path.empty() || chance.one_in(3)) path += "/";
  aws::QueryParameters parameters;
  for (std::size_t count = chance.below(4); count > 0; --count)
    parameters.emplace_back("p" + chance.text(3), chance.text(5));
  const std::string query = aws::canonical_query(parameters);
  const std::string host = "bucket.example.com:8443";
  net::HttpHeaders headers{{"Host", host}};
  if (chance.one_in(2)) headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
  if (chance.one_in(2)) headers.emplace_back("X-Amz-Meta-Words", "  several   words ");
  if (chance.one_in(4)) headers.emplace_back("x-amz-meta-words", "twice");
  const std::string body = chance.text(40);
  const bool is_unsigned = is_s3 && chance.one_in(3);
  if (is_unsigned) headers.emplace_back("X-Amz-Checksum-Crc32c", "AAAAAA==");
  const std::string at = fmt::format("20{:02}-0{}-1{}T2{}:00:09Z", 10 + chance.below(80), 1 + chance.below(9),
                                     chance.below(10), chance.below(4));
  const aws::Credentials credentials{.access_key_id = "AKIDEXAMPLE",
                                     .secret_access_key = "secret/" + std::to_string(chance.below(3)),
                                     .session_token = chance.one_in(2) ? "token/of+a=session" : "",
                                     .expires_at = {}};
  Asked asked;
  std::string hex;
  for (const char byte : body) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  std::string listed;
  for (const auto& [name, value] : headers)
    listed += fmt::format("{}[{},{}]", listed.empty() ? "" : ",", json_text(name), json_text(value));
  asked.question = fmt::format(
      R"({{"ask":"sign","service":"{}","region":"{}","at":"{}","key":"{}","secret":"{}","token":"{}","method":"{}",)"
      R"("url":{},"headers":[{}],"body":"{}","unsigned":{}}})",
      scope.service, scope.region, at, credentials.access_key_id, credentials.secret_access_key,
      credentials.session_token, body.empty() ? "GET" : "PUT",
      json_text("https://" + host + path + (query.empty() ? "" : "?" + query)), listed, hex, is_unsigned);
  aws::Signer signer(scope);
  const std::string payload = is_unsigned ? std::string(aws::kUnsignedPayload) : aws::sha256_hex(body);
  signer.sign({.method = body.empty() ? "GET" : "PUT", .path = path, .query = query, .payload = payload},
              credentials, *parse_rfc3339(at), headers);
  asked.ours = headers.back().second;
  return asked;
}

TEST(SignaturesOfBotocore, AreOurs) {
  Chance chance;
  std::vector<std::string> questions;
  std::vector<std::string> ours;
  for (int row = 0; row < 500; ++row) {
    Asked asked = signed_at_random(chance);
    questions.push_back(std::move(asked.question));
    ours.push_back(std::move(asked.ours));
  }
  const std::vector<std::string> theirs = botocore_says(questions);
  for (std::size_t row = 0; row < ours.size(); ++row) EXPECT_EQ(ours[row], theirs[row]) << questions[row];
}

TEST(EndpointsOfBotocore, AreOurs) {
  struct Row {
    aws::Service service;
    std::string region;
    bool fips;
    bool dual;
  };
  std::vector<Row> rows;
  std::vector<std::string> questions;
  using aws::Service;
  for (const Service service :
       {Service::S3, Service::Sqs, Service::Sts, Service::DynamoDb, Service::Logs, Service::SecretsManager}) {
    for (const char* region :
         {"us-east-1", "us-west-2", "eu-central-1", "ap-southeast-3", "cn-north-1", "cn-northwest-1",
          "us-gov-west-1", "us-gov-east-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1",
          "eu-isoe-west-1", "us-isof-south-1", "mx-central-1", "xx-future-9"}) {
      for (const bool fips : {false, true}) {
        for (const bool dual : {false, true}) {
          rows.push_back({service, region, fips, dual});
          questions.push_back(
              fmt::format(R"({{"ask":"endpoint","service":"{}","region":"{}","fips":{},"dual":{}}})",
                          aws::signing_name(service), region, fips, dual));
        }
      }
    }
  }
  const std::vector<std::string> theirs = botocore_says(questions);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const Row& row = rows[at];
    const Result<aws::Endpoint> ours = aws::endpoint_of(
        row.service, row.region, {.use_fips = row.fips, .use_dual_stack = row.dual, .url = {}, .urls = {}});
    EXPECT_EQ(ours.ok() ? ours->url : "", theirs[at]) << questions[at];
  }
}

// The addresses that people name: of one service or of all, in the environment or in the profile.
TEST(EndpointsOfBotocore, AreOursWhoeverNamesThem) {
  using Environment = std::map<std::string, std::string, std::less<>>;
  const conformance::ScratchFolder folder;
  std::ofstream(folder.at("config")) << "[default]\nregion = eu-west-1\n"
                                        "[profile all]\nendpoint_url = http://profile\n"
                                        "[profile some]\nendpoint_url = http://profile\nservices = mine\n"
                                        "[profile none]\nservices = missing\n"
                                        "[profile deaf]\nservices = mine\nendpoint_url = http://profile\n"
                                        "ignore_configured_endpoint_urls = true\n"
                                        "[services mine]\ns3 =\n  endpoint_url = http://s3-of-profile\n"
                                        "cloudwatch_logs =\n  endpoint_url = http://logs-of-profile\n"
                                        "secrets_manager =\n  endpoint_url = http://secrets-of-profile\n";
  const Environment each = {{"AWS_ENDPOINT_URL_S3", "http://s3"},
                            {"AWS_ENDPOINT_URL_SQS", "http://sqs"},
                            {"AWS_ENDPOINT_URL_STS", "http://sts"},
                            {"AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb"},
                            {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://logs"},
                            {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets"}};
  std::vector<Environment> environments = {{}, each, {{"AWS_ENDPOINT_URL", "http://all"}}};
  for (const auto& [name, url] : each) {
    environments.push_back({{name, url}});
    environments.push_back({{name, url}, {"AWS_ENDPOINT_URL", "http://all"}});
    environments.push_back({{name, url}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}});
  }
  const std::vector<Environment> bare = environments;
  for (const char* profile : {"all", "some", "deaf"}) {
    for (Environment environment : bare) {
      environment["AWS_PROFILE"] = profile;
      environments.push_back(std::move(environment));
    }
  }
  // Ours refuse a section that is missing at once, botocore's clients when they need it.
  environments.push_back({{"AWS_PROFILE", "none"}});
  environments.push_back({{"AWS_PROFILE", "none"}, {"AWS_ENDPOINT_URL", "http://all"}});
  local::PosixDisk disk;
  std::vector<std::string> ours;
  std::vector<std::string> questions;
  using aws::Service;
  for (Environment& environment : environments) {
    environment["AWS_CONFIG_FILE"] = folder.at("config");
    environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
    std::string listed;
    for (const auto& [name, value] : environment)
      listed += fmt::format("{}{}:{}", listed.empty() ? "" : ",", json_text(name), json_text(value));
    const Result<aws::AwsSettings> settings = aws::aws_settings({.variables = environment, .home = ""}, disk);
    for (const Service service : {Service::S3, Service::Sqs, Service::Sts, Service::DynamoDb, Service::Logs,
                                  Service::SecretsManager}) {
      questions.push_back(
          fmt::format(R"({{"ask":"client","service":"{}","region":"eu-west-1","environment":{{{}}}}})",
                      aws::signing_name(service), listed));
      ours.push_back(settings.ok() ? aws::endpoint_of(service, "eu-west-1", settings->endpoints)->url : "");
    }
  }
  const std::vector<std::string> theirs = botocore_says(questions);
  for (std::size_t at = 0; at < ours.size(); ++at) EXPECT_EQ(ours[at], theirs[at]) << questions[at];
}

}  // namespace
}  // namespace headgate
