// Whose certificates are believed, read once for all connections: a bundle of 150 is 0.8 MiB and 30 ms.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/deadline.h"
#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace headgate::net {

// Any thread.
class TrustStore {
 public:
  using Certificates = std::shared_ptr<x509_store_st>;  // shared by the connections that are being made
  static constexpr std::chrono::hours kAgeMax{1};       // then the file is read again

  // PEM; empty: the machine's own.
  explicit TrustStore(std::string ca_file);
  // Denied when the file cannot be read or holds none; what was read before is kept then.
  Result<Certificates> get(SteadyTime now);

 private:
  const std::string ca_file_;
  std::mutex mutex_;
  Certificates certificates_;  // guarded; none: not read yet
  SteadyTime read_at_{};       // guarded
};

}  // namespace headgate::net
