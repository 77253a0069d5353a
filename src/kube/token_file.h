// Reads the service account's token, which kubelet replaces well before it expires.
// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
// Tests: src/kube/resource_watch_test.cc
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/disk.h"

namespace headgate::kube {

// For one thread. The token is never logged, nor part of an error.
class TokenFile {
 public:
  static constexpr std::size_t kBytesMax = 64U << 10U;
  static constexpr std::chrono::seconds kReadEvery{60};

  // With an empty path there is no token, and token() is empty.
  TokenFile(Disk& disk, Clock& clock, std::string path)
      : disk_(disk), clock_(clock), path_(std::move(path)) {}
  // Reads the file again if the last reading is a minute old or the token was refused. If that fails, returns
  // the token that was read before.
  Result<std::string> token();
  // Tells that the server has refused the token.
  void refuse() { is_refused_ = true; }

 private:
  Result<std::string> read();

  Disk& disk_;
  Clock& clock_;
  const std::string path_;
  std::string token_;
  SteadyTime read_at_;
  bool is_refused_ = false;
};

}  // namespace headgate::kube
