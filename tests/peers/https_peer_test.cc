// Whose certificate our HTTP client believes, against Python's TLS with certificates made by openssl.
#include <gtest/gtest.h>

#include <cstdlib>

#include "conformance/scratch_folder.h"
#include "local/system_clock.h"
#include "net/http_client.h"
#include "peers/peer_process.h"

namespace headgate::net {
namespace {

using namespace std::chrono_literals;

class HttpsToPython : public testing::Test {
 protected:
  // A certificate that vouches for itself.
  void make_certificate(const std::string& name, const std::string& subject) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
        name + " -addext subjectAltName=" + subject + " -keyout " + folder_.at(name + ".key") + " -out " +
        folder_.at(name + ".pem") + " 2> /dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << "openssl is missing: " << command;
  }
  Result<HttpResponse> get(const peers::PeerProcess& server, const std::string& trusted) {
    const auto client = HttpClient::open(library_, clock_, {.ca_file = trusted}).value();
    return client->send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/hello"},
                        {.deadline = Deadline::after(clock_.steady(), 20s)});
  }
  std::vector<std::string> serving(const std::string& name) {
    return {"/usr/bin/python3", "-B", peers::script("https_server.py"), folder_.at(name + ".pem"),
            folder_.at(name + ".key")};
  }
  conformance::ScratchFolder folder_;
  Library library_ = Library::open().value();
  local::SystemClock clock_;
};

TEST_F(HttpsToPython, BelievesTheGivenAuthorityAndNoOther) {
  make_certificate("ours", "IP:127.0.0.1");
  make_certificate("other", "IP:127.0.0.1");
  const peers::PeerProcess server(serving("ours"));
  ASSERT_NE(server.port(), 0);
  const Result<HttpResponse> believed = get(server, folder_.at("ours.pem"));
  ASSERT_TRUE(believed.ok()) << believed.error().what;
  EXPECT_EQ(believed->body, "/hello");
  for (const std::string& trusted : {folder_.at("other.pem"), std::string(), folder_.at("missing.pem")}) {
    const Result<HttpResponse> refused = get(server, trusted);
    ASSERT_FALSE(refused.ok()) << trusted;
    EXPECT_EQ(refused.error().fault, Fault::Denied) << refused.error().what;
  }
}

TEST_F(HttpsToPython, RefusesACertificateOfAnotherHost) {
  make_certificate("elsewhere", "DNS:elsewhere.example");
  const peers::PeerProcess server(serving("elsewhere"));
  ASSERT_NE(server.port(), 0);
  const Result<HttpResponse> refused = get(server, folder_.at("elsewhere.pem"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Denied) << refused.error().what;
}

}  // namespace
}  // namespace headgate::net
