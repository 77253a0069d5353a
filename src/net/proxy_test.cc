#include "net/proxy.h"

#include <gtest/gtest.h>

#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "net/http_pool.h"

namespace headgate::net {
namespace {

using namespace std::chrono_literals;

TEST(ProxyRules, SayWhichRequestsGoThroughWhat) {
  const ProxyRules rules = ProxyRules::of({.http = "plain.example:3128",
                                           .https = "http://name:pass%40word@tls.example:8080",
                                           .none = "intern.example, .corp.example,*.star.example  10.0.0.0/8,"
                                                   "192.0.2.7,fd12::/16,port.example:8443,Mixed.Example"})
                               .value();
  const std::string http = "http://plain.example:3128";
  const std::string https = "http://name:pass%40word@tls.example:8080";
  struct Row {
    const char* url;
    std::string proxy;
  };
  for (const Row& row : std::vector<Row>{{"https://s3.eu-west-1.amazonaws.com/bucket/key", https},
                                         {"http://aws.invalid/", http},
                                         {"https://intern.example/", ""},
                                         {"https://a.intern.example:444/x?y", ""},
                                         {"https://notintern.example/", https},
                                         {"https://a.corp.example", ""},
                                         {"https://b.star.example", ""},
                                         {"https://10.1.2.3/", ""},
                                         {"https://11.1.2.3/", https},
                                         {"https://192.0.2.7/", ""},
                                         {"https://192.0.2.8/", https},
                                         {"https://[fd12:1::1]/", ""},
                                         {"https://[fd13::1]/", https},
                                         {"https://port.example:8443/", ""},
                                         {"https://port.example/", https},
                                         {"https://mixed.example/", ""},
                                         {"https://MIXED.EXAMPLE./", ""},
                                         // Never through a proxy, whatever the variables say.
                                         {"http://169.254.169.254/latest/api/token", ""},
                                         {"http://169.254.170.2/v2/credentials", ""},
                                         {"http://169.254.170.23/v1/credentials", ""},
                                         {"http://[fd00:ec2::254]/latest/api/token", ""},
                                         {"http://[fd00:ec2::23]/v1/credentials", ""},
                                         {"http://[fe80::1]/", ""},
                                         {"http://localhost:8080/", ""},
                                         {"http://a.localhost/", ""},
                                         {"http://127.0.0.1:4566/", ""},
                                         {"http://[::1]:4566/", ""},
                                         {"http://1.127.0.0/", http}})
    EXPECT_EQ(rules.proxy_of(row.url), row.proxy) << row.url;
  EXPECT_EQ(rules.in_words(), "https through tls.example:8080, http through plain.example:3128");
  EXPECT_EQ(ProxyRules().proxy_of("https://s3.amazonaws.com/"), "");
  EXPECT_EQ(ProxyRules().in_words(), "none");
  EXPECT_EQ(ProxyRules::of({.https = "p:1", .none = "*"})->proxy_of("https://s3.amazonaws.com/"), "");
}

TEST(ProxyRules, AreRefusedWithoutRepeatingThem) {
  for (const char* bad : {"socks5://name:secret@host:1", "http://", "http://name:secret@:1", "host:secret",
                          "host:0", "http://host:70000", "ho st", "ftp://secret"}) {
    const auto rules = ProxyRules::of({.https = bad});
    ASSERT_FALSE(rules.ok()) << bad;
    EXPECT_EQ(rules.error().fault, Fault::Invalid);
    EXPECT_EQ(rules.error().what.find("HTTPS_PROXY: "), 0U);
    EXPECT_EQ(rules.error().what.find("secret"), std::string::npos) << rules.error().what;
  }
}

class ThroughProxy : public testing::Test {
 protected:
  Result<HttpResponse> get(const std::string& url, const std::string& proxy) {
    HttpPool::Options options;
    options.client.proxies =
        std::make_shared<const ProxyRules>(ProxyRules::of({.http = proxy, .https = proxy}).value());
    HttpPool pool(library_, clock_, std::move(options));
    return pool.send({.url = url, .headers = {{"Authorization", "for the service alone"}}},
                     {.deadline = Deadline::after(clock_.steady(), 10s)});
  }
  Library library_ = Library::open().value();
  fakes::StillClock clock_;
};

TEST_F(ThroughProxy, APlainRequestIsAskedOfTheProxy) {
  fakes::ScriptedServer proxy(
      [](const std::string&, fakes::ScriptedServer::Answer& wire) { wire.json(200, "{}"); });
  const std::string address = proxy.url().substr(std::string("http://").size());
  const auto answer = get("http://aws.invalid/path?q", "http://name:secret@" + address);
  ASSERT_TRUE(answer.ok()) << answer.error().what;
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_EQ(proxy.requests()[0], "GET http://aws.invalid/path?q HTTP/1.1");
}

TEST_F(ThroughProxy, ARefusalNamesTheProxyAndNoPassword) {
  fakes::ScriptedServer proxy([](const std::string& request, fakes::ScriptedServer::Answer& wire) {
    EXPECT_EQ(request.find("for the service alone"), std::string::npos) << "not to be sent to a proxy";
    wire.write(
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  const std::string address = proxy.url().substr(std::string("http://").size());
  const auto answer = get("https://aws.invalid/", "http://name:secret@" + address);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Retry);
  EXPECT_NE(answer.error().what.find("through proxy " + address), std::string::npos) << answer.error().what;
  EXPECT_EQ(answer.error().what.find("secret"), std::string::npos) << answer.error().what;
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_EQ(proxy.requests()[0], "CONNECT aws.invalid:443 HTTP/1.1");
}

}  // namespace
}  // namespace headgate::net
