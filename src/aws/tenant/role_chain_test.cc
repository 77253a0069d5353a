#include "aws/tenant/role_chain.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "aws/call/arn.h"
#include "aws/credentials/secrets_manager.h"
#include "aws/credentials/sts.h"
#include "aws/tenant/session_policy.h"
#include "base/mutex.h"
#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "local/system_random.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;
using namespace std::chrono_literals;

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

// A server that answers as STS: the access key of each session is the name of its role.
class RoleChainTest : public testing::Test {
 protected:
  RoleChainTest()
      : server_([this](const std::string& request, ScriptedServer::Answer& answer) {
          const MutexLock lock(mutex_);
          seen_.push_back(request);
          for (const auto& [text, refusal] : refused_) {
            if (request.find(text) == std::string::npos) continue;
            return answer.json(refusal.first == "ValidationError" ? 400 : 403,
                               "<ErrorResponse><Error><Code>" + refusal.first + "</Code><Message>" +
                                   refusal.second + "</Message></Error></ErrorResponse>");
          }
          const std::size_t role = request.find("role%2F") + 7;
          answer.json(
              200, "<R><AssumeRoleResult><Credentials><AccessKeyId>" +
                       request.substr(role, request.find('&', role) - role) +
                       "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                       "<Expiration>2027-01-15T09:00:00Z</Expiration></Credentials></AssumeRoleResult></R>");
        }) {}
  RoleChain::Settings settings() {
    return {.sts = endpoint_of(Service::Sts, "eu-west-1", {.url = server_.url(), .urls = {}}).value(),
            .central_role_arn = "arn:aws:iam::111111111111:role/central",
            .tags = {{"cluster", "prod"}}};
  }
  static TenantRole acme() {
    return {.tenant = TenantId("acme"),
            .account_id = "222222222222",
            .role_arn = "arn:aws:iam::222222222222:role/logs",
            .external_id = "ext-1",
            .session_policy = "{}"};
  }
  AssumedRole::Deps deps() { return {clock_, random_, pool_, base_}; }
  std::string key(CredentialsSource& source) {
    Result<Credentials> got = source.get(Deadline::after(clock_.steady(), 1h));
    return got.ok() ? got->access_key_id : got.error().what;
  }
  std::size_t asked() {
    const MutexLock lock(mutex_);
    return seen_.size();
  }
  std::string request(std::size_t at) {
    const MutexLock lock(mutex_);
    return seen_.at(at);
  }

  fakes::StillClock clock_;  // 2027-01-15T08:00:00Z
  local::SystemRandom random_;
  net::Library library_ = net::Library::open().value();
  net::HttpPool pool_{library_, clock_, {}};
  FixedCredentials base_{
      {.access_key_id = "SOURCE", .secret_access_key = "s", .session_token = {}, .expires_at = {}}};
  Mutex mutex_;
  std::vector<std::string> seen_;  // guarded
  std::map<std::string, std::pair<std::string, std::string>>
      refused_;  // guarded: text of a request -> code, message
  ScriptedServer server_;
};

TEST_F(RoleChainTest, LeadsThroughTheCentralRoleToTheTenants) {
  RoleChain chain(deps(), settings());
  const auto session = chain.of_tenant(acme()).value();
  EXPECT_EQ(asked(), 0U);
  EXPECT_EQ(key(*session), "logs");
  ASSERT_EQ(asked(), 2U);
  EXPECT_NE(request(0).find("Credential=SOURCE/"), std::string::npos);
  EXPECT_TRUE(request(0).ends_with(
      "Action=AssumeRole&DurationSeconds=3600&RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fcentral"
      "&RoleSessionName=headgate&Version=2011-06-15"))
      << request(0);
  EXPECT_NE(request(1).find("Credential=central/"), std::string::npos);
  EXPECT_TRUE(request(1).ends_with(
      "Action=AssumeRole&DurationSeconds=3600&ExternalId=ext-1&Policy=%7B%7D&RoleArn=arn%3Aaws%3Aiam%3A%"
      "3A222222222222%3Arole%2Flogs"
      "&RoleSessionName=headgate-acme&SourceIdentity=headgate-acme&Tags.member.1.Key=cluster&Tags.member.1."
      "Value=prod"
      "&Tags.member.2.Key=headgate%3Atenant&Tags.member.2.Value=acme&Version=2011-06-15"))
      << request(1);
}

TEST_F(RoleChainTest, AsksForEachRoleAsOftenAsItMay) {
  refused_["role%2Flogs"] = {"Throttling", "Rate exceeded"};
  for (const std::uint32_t attempts : {1U, 5U}) {
    AssumedRole::Deps asking = deps();
    asking.attempts_max = attempts;
    RoleChain chain(asking, settings());
    const std::size_t before = asked();
    EXPECT_NE(key(*chain.of_tenant(acme()).value()), "logs");
    EXPECT_EQ(asked() - before, 1 + attempts);
  }
}

TEST_F(RoleChainTest, AsksForEachSessionOnce) {
  RoleChain chain(deps(), settings());
  TenantRole other = acme();
  other.tenant = TenantId("other");
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(key(*chain.of_tenant(acme()).value()), "logs");
    EXPECT_EQ(key(*chain.of_tenant(other).value()), "logs");
    EXPECT_EQ(key(chain.central()), "central");
  }
  EXPECT_EQ(asked(), 3U);
  clock_.advance(56min);
  EXPECT_EQ(key(*chain.of_tenant(acme()).value()), "logs");
  EXPECT_EQ(asked(), 5U);
}

TEST_F(RoleChainTest, GivesNoSessionToAnother) {
  RoleChain chain(deps(), settings());
  const auto session = chain.of_tenant(acme()).value();
  const std::function<void(TenantRole&)> differences[] = {
      [](TenantRole& role) { role.tenant = TenantId("acme2"); },
      [](TenantRole& role) { role.external_id = "ext-2"; },
      [](TenantRole& role) { role.session_policy = "{ }"; }, [](TenantRole& role) { role.role_arn += "2"; }};
  for (const auto& change : differences) {
    TenantRole other = acme();
    change(other);
    EXPECT_NE(chain.of_tenant(other).value(), session);
  }
  EXPECT_EQ(chain.of_tenant(acme()).value(), session);
}

TEST_F(RoleChainTest, WorksWithoutACentralRoleToTake) {
  RoleChain::Settings direct = settings();
  direct.central_role_arn.clear();
  RoleChain chain(deps(), direct);
  EXPECT_EQ(key(chain.central()), "SOURCE");
  EXPECT_EQ(key(*chain.of_tenant(acme()).value()), "logs");
  EXPECT_NE(request(0).find("Credential=SOURCE/"), std::string::npos);
}

TEST_F(RoleChainTest, TakesNoRoleOutsideTheTenantsAccount) {
  RoleChain chain(deps(), settings());
  const std::pair<const char*, const char*> rows[] = {
      {"222222222222", "arn:aws:iam::333333333333:role/logs"},
      {"222222222222", "arn:aws-cn:iam::222222222222:role/logs"},
      {"222222222222", "arn:aws:iam::222222222222:user/logs"},
      {"222222222222", "arn:aws:s3:::222222222222:role/logs"},
      {"222222222222", "role/logs"},
      {"222222222222", ""},
      {"", "arn:aws:iam:::role/logs"},
      {"22222222222", "arn:aws:iam::22222222222:role/logs"}};
  for (const auto& [account, arn] : rows) {
    TenantRole role = acme();
    role.account_id = account;
    role.role_arn = arn;
    const auto session = chain.of_tenant(role);
    ASSERT_FALSE(session.ok()) << arn;
    EXPECT_EQ(session.error().fault, Fault::Invalid);
  }
  EXPECT_EQ(asked(), 0U);
}

TEST_F(RoleChainTest, EndsAtOnceWhenStopped) {
  std::stop_source stop;
  stop.request_stop();
  RoleChain chain({clock_, random_, pool_, base_, stop.get_token()}, settings());
  EXPECT_EQ(chain.of_tenant(acme()).value()->get(Deadline::never()).error().fault, Fault::Stopped);
}

TEST_F(RoleChainTest, RemembersARefusalForAMinute) {
  refused_["role%2Flogs"] = {"AccessDenied", "not authorized to perform: sts:AssumeRole"};
  RoleChain chain(deps(), settings());
  for (int call = 0; call < 3; ++call) {
    const auto session = chain.of_tenant(acme()).value();
    EXPECT_EQ(session->get(Deadline::never()).error().fault, Fault::Denied);
  }
  EXPECT_EQ(asked(), 2U);
  refused_.clear();
  clock_.advance(60s);
  EXPECT_EQ(key(*chain.of_tenant(acme()).value()), "logs");
}

TEST_F(RoleChainTest, BlamesNoTenantForItsOwnCredentials) {
  RoleChain chain(deps(), settings());
  for (const auto& [text, code] : std::initializer_list<std::pair<const char*, const char*>>{
           {"role%2Fcentral", "AccessDenied"},
           {"role%2Fcentral", "ValidationError"},
           {"role%2Flogs", "InvalidClientTokenId"},
           {"role%2Flogs", "RegionDisabledException"}}) {
    refused_ = {{text, {code, "no"}}};
    const auto session = chain.of_tenant(acme()).value();
    const Result<Credentials> got = session->get(Deadline::after(clock_.steady(), 1h));
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.error().fault, Fault::Retry) << got.error().what;
    EXPECT_EQ(got.error().blame == Blame::Us, std::string_view(text) == "role%2Fcentral") << got.error().what;
    clock_.advance(2min);
  }
  EXPECT_EQ(chain.central().get(Deadline::never()).ok(), true);
}

TEST_F(RoleChainTest, TellsLessWhereTheTrustPolicyAllowsLess) {
  refused_["Tags.member"] = {"AccessDenied",
                             "User: x is not authorized to perform: sts:TagSession on resource: y"};
  refused_["SourceIdentity="] = {
      "AccessDenied", "User: x is not authorized to perform: sts:SetSourceIdentity on resource: y"};
  RoleChain chain(deps(), settings());
  const auto session = chain.of_tenant(acme()).value();
  EXPECT_EQ(key(*session), "logs");
  EXPECT_EQ(asked(), 4U);
  EXPECT_NE(request(3).find("ExternalId=ext-1&Policy="), std::string::npos);
  EXPECT_NE(request(3).find("RoleSessionName=headgate-acme"), std::string::npos);
  clock_.advance(59min);
  EXPECT_EQ(key(*session), "logs");
  EXPECT_EQ(asked(), 6U);  // no more requests than these: the central role, and one try
}

TEST_F(RoleChainTest, OmitsTagsThatDoNotFitBesidePodIdentitys) {
  refused_["Tags.member"] = {"PackedPolicyTooLarge",
                             "Packed size of session tags consumes 112% of allotted space."};
  RoleChain chain(deps(), settings());
  const auto session = chain.of_tenant(acme()).value();
  EXPECT_EQ(key(*session), "logs");
  EXPECT_EQ(asked(), 3U);
  EXPECT_NE(request(2).find("&Policy="), std::string::npos);
  EXPECT_NE(request(2).find("SourceIdentity=headgate-acme"), std::string::npos);
  EXPECT_EQ(request(2).find("Tags.member"), std::string::npos);
}

TEST_F(RoleChainTest, NeverLeavesThePolicyOut) {
  refused_["Policy="] = {"PackedPolicyTooLarge", "Packed policy consumes 104% of allotted space."};
  RoleChain chain(deps(), settings());
  const auto got = chain.of_tenant(acme()).value()->get(Deadline::after(clock_.steady(), 1h));
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry) << "nothing that a tenant could fix";
  for (std::size_t at = 1; at < asked(); ++at) EXPECT_NE(request(at).find("&Policy="), std::string::npos);
}

TEST_F(RoleChainTest, NarrowsTheCentralRoleAndAsksForItOnce) {
  RoleChain chain(deps(), settings());
  const auto first = chain.central_within("{\"a\":1}").value();
  EXPECT_EQ(key(*first), "central");
  EXPECT_EQ(key(*chain.central_within("{\"a\":1}").value()), "central");
  EXPECT_EQ(asked(), 1U);
  EXPECT_NE(request(0).find("Credential=SOURCE/"), std::string::npos);
  EXPECT_NE(
      request(0).find("&Policy=%7B%22a%22%3A1%7D&RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fcentral"),
      std::string::npos)
      << request(0);
  refused_["%22b%22"] = {"AccessDenied", "no"};
  const auto refused = chain.central_within("{\"b\":1}").value()->get(Deadline::after(clock_.steady(), 1h));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Retry);
  EXPECT_EQ(refused.error().blame, Blame::Us);
  RoleChain::Settings without = settings();
  without.central_role_arn.clear();
  EXPECT_EQ(RoleChain(deps(), without).central_within("{}").error().fault, Fault::Invalid);
}

TEST_F(RoleChainTest, HoldsABoundedNumberOfSessions) {
  RoleChain::Settings small = settings();
  small.tenants_max = 2;
  RoleChain chain(deps(), small);
  const auto role = [](const char* tenant) {
    TenantRole made = acme();
    made.tenant = TenantId(tenant);
    return made;
  };
  const auto first = chain.of_tenant(role("1")).value();
  const auto second = chain.of_tenant(role("2")).value();
  EXPECT_EQ(chain.of_tenant(role("1")).value(), first);
  EXPECT_NE(chain.of_tenant(role("3")).value(), nullptr);
  EXPECT_EQ(chain.of_tenant(role("1")).value(), first);
  EXPECT_NE(chain.of_tenant(role("2")).value(), second);
  EXPECT_EQ(key(*second), "logs");  // whoever holds the session may go on
}

TEST(SessionName, IsWhatAwsTakesAndStaysDistinct) {
  EXPECT_EQ(session_name_of("headgate-acme"), "headgate-acme");
  EXPECT_EQ(session_name_of("a b/c:d\xc3\xa9"), "a-b-c-d--");
  EXPECT_EQ(session_name_of(""), "--");
  const std::string one = session_name_of(std::string(64, 'x') + "1");
  const std::string two = session_name_of(std::string(64, 'x') + "2");
  EXPECT_EQ(one.size(), 64U);
  EXPECT_NE(one, two);
  EXPECT_EQ(session_name_of(std::string(64, 'x')).size(), 64U);
}

TEST(SessionPolicy, AllowsOneLogGroupOnly) {
  const std::string policy =
      session_policy_of(
          LogGroupScope{.region = "us-gov-west-1", .account_id = "222222222222", .log_group = "/a/b"})
          .value();
  EXPECT_TRUE(is_json(policy)) << policy;
  EXPECT_NE(policy.find(R"("Resource":["arn:aws-us-gov:logs:us-gov-west-1:222222222222:log-group:/a/b",)"
                        R"("arn:aws-us-gov:logs:us-gov-west-1:222222222222:log-group:/a/b:*"]}]})"),
            std::string::npos)
      << policy;
  EXPECT_FALSE(session_policy_of(LogGroupScope{.region = "eu-west-1",
                                               .account_id = "222222222222",
                                               .log_group = std::string(2000, 'x')})
                   .ok());
}

TEST(SessionPolicy, AllowsOneBucketPrefixOnlyHoweverItIsWritten) {
  const std::string policy =
      session_policy_of(
          BucketScope{.region = "cn-north-1", .bucket = "theirs", .prefix = "a*b?${aws:username}\"/"})
          .value();
  EXPECT_TRUE(is_json(policy)) << policy;
  EXPECT_NE(policy.find(R"("arn:aws-cn:s3:::theirs/a${*}b${?}${$}{aws:username}\"/*")"), std::string::npos)
      << policy;
  EXPECT_NE(policy.find(R"("kms:ViaService":"s3.cn-north-1.amazonaws.com.cn")"), std::string::npos);
  EXPECT_EQ(policy.find("PutObjectAcl"), std::string::npos)
      << "what the tenant's own role puts is the tenant's";
}

TEST(SessionPolicy, OfTheCentralRoleLetsEachCentralBucketBeReadByName) {
  const CentralPolicy policy = central_policy_of(BucketScope{.region = "eu-west-1", .bucket = "theirs"},
                                                 {BucketName("ours"), BucketName("other.ours")})
                                   .value();
  EXPECT_NE(policy.text.find(R"("arn:aws:s3:::theirs/*")"), std::string::npos) << policy.text;
  EXPECT_TRUE(is_json(policy.text)) << policy.text;
  EXPECT_TRUE(policy.text.ends_with(R"({"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectTagging"],)"
                                    R"("Resource":["arn:aws:s3:::ours/*","arn:aws:s3:::other.ours/*"]}]})"))
      << policy.text;
  EXPECT_EQ(policy.source_buckets, (std::vector<BucketName>{BucketName("ours"), BucketName("other.ours")}));
}

TEST(SessionPolicy, NamesAsManyCentralBucketsAsItsLimitAllows) {
  std::vector<BucketName> ours;
  for (char letter = 'a'; letter <= 'z'; ++letter) ours.emplace_back(std::string(63, letter));
  BucketScope scope{.region = "eu-west-1", .bucket = "theirs"};
  std::size_t fewest = kSourceBucketsMax;
  for (std::size_t prefix_bytes = 0; prefix_bytes < kSessionPolicyCharactersMax; ++prefix_bytes) {
    scope.prefix = std::string(prefix_bytes, 'p');
    const Result<CentralPolicy> policy = central_policy_of(scope, ours);
    if (!policy.ok()) {
      EXPECT_EQ(fewest, 0U) << "it does without any before it is refused";
      return;
    }
    EXPECT_LE(policy->text.size(), kSessionPolicyCharactersMax);
    EXPECT_TRUE(is_json(policy->text)) << policy->text;
    EXPECT_LE(policy->source_buckets.size(), fewest);
    fewest = policy->source_buckets.size();
    EXPECT_EQ(policy->source_buckets,
              std::vector<BucketName>(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(fewest)));
    for (const BucketName& bucket : ours) {
      const bool is_named = policy->text.find("arn:aws:s3:::" + bucket.str() + "/*") != std::string::npos;
      EXPECT_EQ(is_named, bucket < ours[fewest]);
    }
  }
  FAIL() << "it was never too long";
}

TEST(SessionPolicy, AllowsOneKeyOnlyWhereOneIsNamed) {
  BucketScope scope{.region = "eu-west-1", .bucket = "theirs"};
  EXPECT_NE(session_policy_of(scope)->find(R"("kms:Decrypt"],"Resource":"*",)"), std::string::npos);
  scope.kms_key = "arn:aws:kms:eu-west-1:222222222222:key/1";
  const std::string policy = session_policy_of(scope).value();
  EXPECT_TRUE(is_json(policy)) << policy;
  EXPECT_NE(policy.find(R"("kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:222222222222:key/1",)"),
            std::string::npos)
      << policy;
}

TEST(TenantRoleOf, FollowsTheDestinationsKind) {
  TenantConfiguration row;
  row.tenant = TenantId("acme");
  row.type = DestinationName("cloudwatch");
  row.target_region = "eu-west-1";
  row.account_id = "222222222222";
  row.log_group_name = "/acme";
  row.bucket_name = "theirs";
  EXPECT_NE(tenant_role_of(row)->session_policy.find("log-group:/acme"), std::string::npos);
  row.type = DestinationName("s3#audit");
  EXPECT_NE(tenant_role_of(row)->session_policy.find("s3:::theirs/"), std::string::npos);
  row.kms_key_id = "arn:aws:kms:eu-west-1:222222222222:key/1";
  EXPECT_NE(tenant_role_of(row)->session_policy.find("key/1"), std::string::npos);
}

TEST(Arn, IsReadInItsParts) {
  const auto arn = parse_arn("arn:aws:iam::123456789012:role/path/name:x");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition, "aws");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->resource, "role/path/name:x");
  for (const char* bad : {"", "arn", "arn:aws:iam::1", "arn:aws:iam::1:", "x:aws:iam::1:r", "arn::iam::1:r"})
    EXPECT_FALSE(parse_arn(bad)) << bad;
}

TEST(StsAnswer, IsReadStrictly) {
  EXPECT_EQ(
      parse_caller_identity("<R><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>1</Account>"
                            "</GetCallerIdentityResult></R>")
          ->account,
      "1");
  for (const char* bad : {"", "<", "<R/>", "<R><XResult/></R>", "not xml"}) {
    EXPECT_EQ(parse_caller_identity(bad).error().fault, Fault::Retry) << bad;
    EXPECT_EQ(parse_assumed_role(bad).error().fault, Fault::Retry) << bad;
  }
}

TEST(SecretValue, IsTextOrBytes) {
  EXPECT_EQ(parse_secret_value(R"({"SecretString":"a\"b"})").value(), "a\"b");
  EXPECT_EQ(parse_secret_value(R"({"SecretBinary":"AAEC/w=="})").value(), std::string("\0\1\2\xff", 4));
  for (const char* bad :
       {"", "[]", "{}", R"({"SecretBinary":"A"})", R"({"SecretBinary":"!!!!"})", R"({"SecretString":7})"})
    EXPECT_FALSE(parse_secret_value(bad).ok()) << bad;
}

}  // namespace
}  // namespace headgate::aws
