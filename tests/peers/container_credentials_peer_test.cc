// Credentials as a container in ECS (an address, or a path at 169.254.170.2) or EKS (Pod Identity:
// 169.254.170.23, and a token in a file) is given them: sessions of moto's STS, handed out by a server that
// no one here wrote.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "aws/credentials/container_credentials.h"
#include "aws/credentials/default_credentials.h"
#include "aws/credentials/sts.h"
#include "conformance/scratch_folder.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "peers/peer_process.h"

namespace headgate::peers {
namespace {

using Environment = std::map<std::string, std::string, std::less<>>;

constexpr const char* kToken = "a token/of=a pod";

class Container {
 public:
  explicit Container(const std::string& address)
      : moto_({python(), "-B", script("moto_server.py")}),
        url_of_moto_("http://127.0.0.1:" + std::to_string(moto_.port())),
        server_({python(), "-B", script("container_credentials.py"), url_of_moto_, address, kToken}) {}
  // Somewhere else in the same container.
  PeerProcess another_at(const std::string& address) const {
    return PeerProcess({python(), "-B", script("container_credentials.py"), url_of_moto_, address, kToken});
  }
  int port() const { return moto_.port() == 0 ? 0 : server_.port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  Result<aws::Credentials> fetch(Environment variables) {
    aws::ContainerCredentials source({clock_, random_, pool_, disk_},
                                     {.variables = std::move(variables), .home = {}});
    return source.fetch(in_time());
  }
  // The identity that STS sees, with the credentials that the whole chain finds in this environment.
  Result<aws::CallerIdentity> identity(Environment variables) {
    variables["AWS_ENDPOINT_URL"] = url_of_moto_;
    variables["AWS_REGION"] = "us-east-1";
    const aws::Environment environment{.variables = std::move(variables), .home = {}};
    const aws::AwsSettings settings = TRY(aws::aws_settings(environment, disk_));
    const auto source = TRY(aws::default_credentials({clock_, random_, pool_, disk_}, environment, settings));
    return aws::Sts({clock_, random_, pool_, *source},
                    TRY(aws::endpoint_of(aws::Service::Sts, "us-east-1", settings.endpoints)), {})
        .caller_identity(in_time());
  }

 private:
  Deadline in_time() const { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }

  const PeerProcess moto_;
  const std::string url_of_moto_;
  const PeerProcess server_;
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  net::HttpPool pool_{library_, clock_, {}};
};

TEST(ContainerCredentialsOfAPeer, GoToWhoeverBringsItsTokenFromAVariableOrAFile) {
  const conformance::ScratchFolder folder;
  std::ofstream(folder.at("token")) << kToken << '\n';
  std::ofstream(folder.at("other")) << "another";
  Container container("127.0.0.1:0");
  ASSERT_NE(container.port(), 0) << "run tools/peers.sh first";
  const std::string full = container.url() + "/creds";
  const Environment with_token = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", full},
                                  {"AWS_CONTAINER_AUTHORIZATION_TOKEN", kToken}};
  const Environment with_file = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", full},
                                 {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder.at("token")}};
  for (const Environment& environment : {with_token, with_file}) {
    const Result<aws::Credentials> got = container.fetch(environment);
    ASSERT_TRUE(got.ok()) << got.error().what;
    EXPECT_FALSE(got->access_key_id.empty());
    EXPECT_FALSE(got->session_token.empty());
    ASSERT_TRUE(got->expires_at.has_value());
    EXPECT_GT(*got->expires_at, local::SystemClock().now() + std::chrono::minutes{10});
    const Result<aws::CallerIdentity> identity = container.identity(environment);
    ASSERT_TRUE(identity.ok()) << identity.error().what;
    EXPECT_EQ(identity->account, "123456789012");
  }
  const Environment without = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", full}};
  const Environment with_other = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", full},
                                  {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder.at("other")}};
  for (const Environment& environment : {without, with_other}) {
    const Result<aws::Credentials> refused = container.fetch(environment);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::Denied) << refused.error().what;
    EXPECT_EQ(refused.error().what.find("another"), std::string::npos) << refused.error().what;
  }
}

// A network of this process's own, whose loopback has one address more a name.
bool enter_own_network(std::initializer_list<const char*> addresses) {
  if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const FileDescriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq up{};
  std::strcpy(up.ifr_name, "lo");
  up.ifr_flags = IFF_UP;
  if (::ioctl(any.get(), SIOCSIFFLAGS, &up) != 0) return false;
  int number = 0;
  for (const char* const address : addresses) {
    ifreq added{};
    std::strcpy(added.ifr_name, ("lo:" + std::to_string(++number)).c_str());
    sockaddr_in parsed{};
    parsed.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address, &parsed.sin_addr) != 1) return false;
    std::memcpy(&added.ifr_addr, &parsed, sizeof parsed);
    if (::ioctl(any.get(), SIOCSIFADDR, &added) != 0) return false;
  }
  return true;
}

// 0: all went well.
int look_in_containers_network(const std::string& token_file) {
  Container container("169.254.170.2:80");
  const PeerProcess pod_identity = container.another_at("169.254.170.23:80");
  if (container.port() != 80 || pod_identity.port() != 80) return 2;
  const Environment ecs = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds"},
                           {"AWS_CONTAINER_AUTHORIZATION_TOKEN", kToken}};
  const Environment eks = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/creds"},
                           {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token_file}};
  for (const Environment& environment : {ecs, eks}) {
    const Result<aws::CallerIdentity> identity = container.identity(environment);
    if (identity.ok() && identity->account == "123456789012") continue;
    std::cerr << environment.begin()->first << ": " << (identity.ok() ? identity->arn : identity.error().what)
              << '\n';
    return 3;
  }
  return 0;
}

TEST(ContainerCredentialsOfAPeer, AreFoundAtTheAddressesOfEcsAndOfPodIdentity) {
  constexpr int kNoNetwork = 77;
  const conformance::ScratchFolder folder;
  std::ofstream(folder.at("token")) << kToken << '\n';
  const pid_t child = ::fork();  // nothing here has a thread yet
  if (child == 0)
    ::_exit(enter_own_network({"169.254.170.2", "169.254.170.23"})
                ? look_in_containers_network(folder.at("token"))
                : kNoNetwork);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoNetwork) GTEST_SKIP() << "no network namespace may be made here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace headgate::peers
