// Servers that speak AWS's JSON protocols, none written here. Each serves all tests of the program that runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "fakes/aws_fixture.h"
#include "peers/peer_process.h"

namespace headgate::peers {

// All services; a wrong signature is none of its business.
inline const std::string& moto_url() {
  static const PeerProcess moto({python(), "-B", script("moto_server.py")});
  CHECK(moto.port() != 0);  // tools/peers.sh installs it
  static const std::string url = "http://127.0.0.1:" + std::to_string(moto.port());
  return url;
}

inline std::string java_server_url(const std::string& name) {
  static std::map<std::string, PeerProcess> servers;
  const PeerProcess& server = servers
                                  .try_emplace(name, std::vector<std::string>{"/usr/bin/python3", "-B",
                                                                              script("java_server.py"), name})
                                  .first->second;
  CHECK(server.port() != 0);  // tools/peers.sh installs it
  return "http://127.0.0.1:" + std::to_string(server.port());
}
// SQS, by people who did not write moto.
inline std::string elasticmq_url() {
  return java_server_url("elasticmq");
}
// AWS's own. Each access key has tables of its own.
inline std::string dynamodb_local_url() {
  return java_server_url("dynamodb_local");
}

// Moto forgets everything. For a test that needs a backend of its own.
inline void reset_moto(fakes::AwsFixture& fixture) {
  const auto answer = fixture.deps().http.send({.method = "POST", .url = moto_url() + "/moto-api/reset"},
                                               {.deadline = fixture.soon()});
  CHECK(answer.ok() && answer->is_success());
}

}  // namespace headgate::peers
