// The certificates that we trust, read once for all connections: reading a bundle of 150 takes 0.8 MiB and 30
// ms.
#pragma once

#include <memory>
#include <string>

#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace headgate::net {

// Thread-safe.
class TrustStore {
 public:
  using Certificates = std::shared_ptr<x509_store_st>;  // shared by the connections that are being opened
  static constexpr std::chrono::hours kAgeMax{1};       // after this time the file is read again

  // A file in PEM; if empty, the machine's own certificates.
  explicit TrustStore(std::string ca_file);
  // Fault::Denied if the file cannot be read or contains no certificate, and none were read before. Otherwise
  // those that were read before are used on.
  Result<Certificates> get(SteadyTime now);

 private:
  const std::string ca_file_;
  Mutex mutex_;
  Certificates certificates_ GUARDED_BY(mutex_);  // null until they are read
  SteadyTime read_at_ GUARDED_BY(mutex_){};
};

}  // namespace headgate::net
