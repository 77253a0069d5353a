// Credentials, roles and secrets against moto, which checks signatures, permissions and trust policies.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/stat.h>

#include <optional>
#include <sstream>
#include <string>

#include "aws/credentials/default_credentials.h"
#include "aws/credentials/instance_credentials.h"
#include "aws/credentials/secrets_manager.h"
#include "aws/credentials/sts.h"
#include "aws/tenant/role_chain.h"
#include "aws/tenant/session_policy.h"
#include "conformance/scratch_folder.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "peers/peer_process.h"

namespace headgate {
namespace {

using namespace std::chrono_literals;

// Empty when it fails: an expectation that fails while a suite is set up would skip its tests.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string printed;
  char chunk[4096];
  while (const std::size_t count = ::fread(chunk, 1, sizeof chunk, pipe)) printed.append(chunk, count);
  return ::pclose(pipe) == 0 ? printed : std::string();
}

class AwsPeerTest : public testing::Test {
 protected:
  static aws::Endpoint endpoint(aws::Service service, const peers::PeerProcess& peer) {
    return aws::endpoint_of(service, "eu-west-1",
                            {.url = "http://127.0.0.1:" + std::to_string(peer.port()), .urls = {}})
        .value();
  }
  aws::ServiceClient::Deps deps(aws::CredentialsSource& credentials) {
    return {clock_, random_, pool_, credentials};
  }
  aws::CredentialsDeps origin_deps() { return {clock_, random_, pool_, disk_}; }
  Deadline in_time() const { return Deadline::after(clock_.steady(), 60s); }

  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  net::HttpPool pool_{library_, clock_, {}};
};

// One furnished moto for all of its tests.
class StrictAws : public AwsPeerTest {
 protected:
  static void SetUpTestSuite() {
    moto_.emplace(std::vector<std::string>{peers::python(), "-B", peers::script("moto_server.py")});
    std::istringstream printed(output_of(peers::python() + " -B " + peers::script("aws_accounts.py") +
                                         " http://127.0.0.1:" + std::to_string(moto_->port())));
    user_ = {};
    std::getline(printed, user_.access_key_id);
    std::getline(printed, user_.secret_access_key);
  }
  static void TearDownTestSuite() { moto_.reset(); }
  void SetUp() override {
    ASSERT_FALSE(user_.secret_access_key.empty()) << "no moto: run tools/peers.sh first";
  }

  aws::Endpoint sts() const { return endpoint(aws::Service::Sts, *moto_); }
  Result<aws::CallerIdentity> identity_of(aws::CredentialsSource& source) {
    return aws::Sts(deps(source), sts(), {}).caller_identity(in_time());
  }
  aws::TenantRole tenant_role() const {
    TenantConfiguration row;
    row.tenant = TenantId("acme");
    row.type = DestinationName("cloudwatch");
    row.target_region = "eu-west-1";
    row.account_id = "222222222222";
    row.log_distribution_role_arn = "arn:aws:iam::222222222222:role/logs";
    row.external_id = "ext-1";
    row.log_group_name = "/acme/logs";
    return aws::tenant_role_of(row).value();
  }
  aws::RoleChain::Settings chain_settings() const {
    return {.sts = sts(),
            .central_role_arn = "arn:aws:iam::123456789012:role/central",
            .tags = {{"cluster", "prod"}}};
  }

  static inline std::optional<peers::PeerProcess> moto_;
  static inline aws::Credentials user_;
  aws::FixedCredentials right_{user_};
};

TEST_F(StrictAws, KnowsUsByTheRightSecretOnly) {
  const Result<aws::CallerIdentity> identity = identity_of(right_);
  ASSERT_TRUE(identity.ok()) << identity.error().what;
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:user/headgate");

  aws::Credentials other = user_;
  other.secret_access_key.back() = other.secret_access_key.back() == 'a' ? 'b' : 'a';
  aws::FixedCredentials wrong(other);
  const Result<aws::CallerIdentity> refused = identity_of(wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Denied);
  EXPECT_TRUE(refused.error().what.starts_with("GetCallerIdentity: SignatureDoesNotMatch"))
      << refused.error().what;
}

TEST_F(StrictAws, GivesASecretToTheRightSecretOnly) {
  const aws::Endpoint endpoint_there = endpoint(aws::Service::SecretsManager, *moto_);
  aws::SecretsManager secrets(deps(right_), endpoint_there, {});
  EXPECT_EQ(secrets.value("headgate/api-key", in_time()).value(), "a \"secret\" \xc3\xa9");
  EXPECT_EQ(secrets.value("headgate/bytes", in_time()).value(), std::string("\0\xff\x10", 3));
  EXPECT_EQ(secrets.value("headgate/none", in_time()).error().fault, Fault::NotFound);

  aws::FixedCredentials wrong({.access_key_id = user_.access_key_id,
                               .secret_access_key = "wrong",
                               .session_token = {},
                               .expires_at = {}});
  const Result<std::string> refused =
      aws::SecretsManager(deps(wrong), endpoint_there, {}).value("headgate/api-key", in_time());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Denied);
}

TEST_F(StrictAws, LetsUsTakeARoleWithItsExternalIdOnly) {
  aws::Sts client(deps(right_), sts(), {});
  aws::RoleRequest request{
      .role_arn = "arn:aws:iam::123456789012:role/careful", .session_name = "test", .external_id = "wrong"};
  const Result<aws::Credentials> refused = client.assume_role(request, in_time());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Denied) << refused.error().what;
  request.external_id = "right/external=id";
  const Result<aws::Credentials> taken = client.assume_role(request, in_time());
  ASSERT_TRUE(taken.ok()) << taken.error().what;
  EXPECT_GT(*taken->expires_at, clock_.now() + 50min);
  aws::FixedCredentials session(*taken);
  EXPECT_EQ(identity_of(session)->arn, "arn:aws:sts::123456789012:assumed-role/careful/test");
}

TEST_F(StrictAws, NarrowsTheCentralRoleToAsManyBucketsAsFit) {
  std::vector<BucketName> ours;
  for (char letter = 'a'; letter <= 'z'; ++letter) ours.emplace_back(std::string(63, letter));
  const aws::BucketScope scope{.region = "eu-west-1", .bucket = "acme-logs", .prefix = std::string(500, 'p')};
  const aws::CentralPolicy policy = aws::central_policy_of(scope, ours).value();
  EXPECT_GE(policy.source_buckets.size(), 4U);
  aws::RoleChain chain({clock_, random_, pool_, right_}, chain_settings());
  const Result<aws::CallerIdentity> identity = identity_of(*chain.central_within(policy.text).value());
  ASSERT_TRUE(identity.ok()) << identity.error().what;
  EXPECT_EQ(identity->arn, "arn:aws:sts::123456789012:assumed-role/central/headgate");
}

TEST_F(StrictAws, LeadsThroughTwoRolesIntoTheTenantsAccount) {
  aws::RoleChain chain({clock_, random_, pool_, right_}, chain_settings());
  EXPECT_EQ(identity_of(chain.central())->arn, "arn:aws:sts::123456789012:assumed-role/central/headgate");
  const auto session = chain.of_tenant(tenant_role()).value();
  const Result<aws::CallerIdentity> identity = identity_of(*session);
  ASSERT_TRUE(identity.ok()) << identity.error().what;
  EXPECT_EQ(identity->account, "222222222222");
  EXPECT_EQ(identity->arn, "arn:aws:sts::222222222222:assumed-role/logs/headgate-acme");
}

TEST_F(StrictAws, BlamesNoTenantForOurWrongSecret) {
  aws::FixedCredentials wrong({.access_key_id = user_.access_key_id,
                               .secret_access_key = "wrong",
                               .session_token = {},
                               .expires_at = {}});
  aws::RoleChain chain({clock_, random_, pool_, wrong}, chain_settings());
  const Result<aws::Credentials> got = chain.of_tenant(tenant_role()).value()->get(in_time());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  EXPECT_NE(got.error().what.find("SignatureDoesNotMatch"), std::string::npos) << got.error().what;
}

TEST_F(StrictAws, TakesTheRoleOfAProfile) {
  conformance::ScratchFolder folder;
  ASSERT_EQ(::mkdir(folder.at(".aws").c_str(), 0700), 0);
  std::FILE* file = std::fopen(folder.at(".aws/credentials").c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fprintf(file,
               "[default]\nrole_arn = arn:aws:iam::123456789012:role/central\nsource_profile = user\nregion "
               "= eu-west-1\n"
               "[user]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
               user_.access_key_id.c_str(), user_.secret_access_key.c_str());
  std::fclose(file);
  const aws::Environment environment{
      .variables = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:" + std::to_string(moto_->port())}},
      .home = folder.path()};
  const aws::AwsSettings settings = aws::aws_settings(environment, disk_).value();
  const auto source = aws::default_credentials(origin_deps(), environment, settings).value();
  EXPECT_EQ(identity_of(*source)->arn, "arn:aws:sts::123456789012:assumed-role/central/headgate");
}

TEST_F(AwsPeerTest, InstanceAndWebIdentityGiveCredentials) {
  const peers::PeerProcess moto({peers::python(), "-B", peers::script("moto_server.py")});
  ASSERT_NE(moto.port(), 0) << "moto did not start";
  const std::string url = "http://127.0.0.1:" + std::to_string(moto.port());
  aws::InstanceCredentials instance(origin_deps(),
                                    {.variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", url}}, .home = {}});
  const Result<aws::Credentials> of_instance = instance.fetch(in_time());
  ASSERT_TRUE(of_instance.ok()) << of_instance.error().what;
  EXPECT_EQ(of_instance->access_key_id, "test-key");
  EXPECT_TRUE(of_instance->expires_at.has_value());

  aws::FixedCredentials nobody{aws::Credentials{}};
  aws::Sts sts(deps(nobody), endpoint(aws::Service::Sts, moto), {});
  const Result<aws::Credentials> of_token = sts.assume_role_with_web_identity(
      {.role_arn = "arn:aws:iam::123456789012:role/irsa", .session_name = "pod", .token = "a.b.c"},
      in_time());
  ASSERT_TRUE(of_token.ok()) << of_token.error().what;
  EXPECT_FALSE(of_token->session_token.empty());
}

}  // namespace
}  // namespace headgate
