#include "kube/api_address.h"

#include <gtest/gtest.h>

namespace headgate::kube {
namespace {

TEST(InClusterApi, IsMadeOfWhatAPodIsTold) {
  const struct {
    const char* host;
    const char* port;
    const char* api;
  } rows[] = {
      {"10.0.0.1", "443", "https://10.0.0.1:443"},
      {"fd00::1", "6443", "https://[fd00::1]:6443"},
      {"kubernetes.default.svc", "443", "https://kubernetes.default.svc:443"},
      {"", "443", nullptr},
      {"10.0.0.1", "", nullptr},
      {"10.0.0.1", "0", nullptr},
      {"10.0.0.1", "65536", nullptr},
      {"10.0.0.1", "443x", nullptr},
      {"10.0.0.1/evil", "443", nullptr},
      {"user@10.0.0.1", "443", nullptr},
  };
  for (const auto& row : rows) {
    const Result<std::string> api = in_cluster_api(row.host, row.port);
    ASSERT_EQ(api.ok(), row.api != nullptr) << row.host;
    EXPECT_EQ(api.ok() ? *api : "", row.api == nullptr ? "" : row.api);
  }
}

TEST(MaySendToken, IsSoOverTlsAndToLoopbackOnly) {
  const struct {
    const char* api;
    bool may;
  } rows[] = {
      {"https://10.0.0.1:443", true},
      {"https://api.example.com", true},
      {"http://127.0.0.1:8001", true},
      {"http://127.8.9.10", true},
      {"http://localhost:8001", true},
      {"http://[::1]:8001", true},
      {"http://10.0.0.1:8080", false},
      {"http://api.example.com", false},
      {"http://127.0.0.1.example.com", false},
      {"http://localhost.example.com", false},
      {"http://127.0.0.1@example.com", false},
      {"http://127.0.0.1:1@example.com:80", false},
      {"http://example.com/127.0.0.1", false},
      {"http://example.com\\@127.0.0.1", false},
      {"http://[fd00::1]", false},
      {"http://[::ffff:10.0.0.1]", false},
      {"http://[::1", false},
      {"http://0.0.0.0", false},
      {"http://2130706433", false},
      {"http://", false},
      {"HTTP://10.0.0.1", false},
      {"ftp://127.0.0.1", false},
      {"", false},
  };
  for (const auto& row : rows) EXPECT_EQ(may_send_token(row.api), row.may) << row.api;
}

}  // namespace
}  // namespace headgate::kube
