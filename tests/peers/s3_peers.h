// S3 as others built it, for tests: moto (no signature is checked) and S3Proxy (every one is).
#pragma once

#include <string>
#include <vector>

#include "fakes/s3_client.h"
#include "peers/peer_process.h"

namespace headgate::peers {

using fakes::S3Client;

inline std::vector<std::string> moto_command() {
  return {python(), "-B", script("moto_server.py")};
}
inline std::vector<std::string> s3proxy_command() {
  return {"/usr/bin/python3", "-B", script("s3proxy.py"), fakes::kAccessKey, fakes::kSecretKey};
}

inline std::string url_of(const PeerProcess& peer) {
  return "http://127.0.0.1:" + std::to_string(peer.port());
}

}  // namespace headgate::peers
