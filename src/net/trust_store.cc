#include "net/trust_store.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <utility>

namespace headgate::net {
namespace {

Result<TrustStore::Certificates> read(const std::string& ca_file) {
  const TrustStore::Certificates store(::X509_STORE_new(), ::X509_STORE_free);
  CHECK(store);  // out of memory
  // As in libcurl, a certificate in the file is trusted even if it is not a root.
  ::X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  // The machine's own certificates: the file that libcurl was built to use, or else the place that OpenSSL
  // was built to use.
  const char* const built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
  const char* const file = ca_file.empty() ? built_in : ca_file.c_str();
  int loaded = file != nullptr ? ::X509_STORE_load_file(store.get(), file) : 0;
  if (loaded != 1 && ca_file.empty()) loaded = ::X509_STORE_set_default_paths(store.get());
  ::ERR_clear_error();  // clears the error queue of this thread: we report the error here, and libcurl reads
                        // the queue next
  if (loaded != 1)
    return Error{Fault::Denied, "no certificates can be read from " + (file != nullptr ? file : ca_file)};
  return store;
}

}  // namespace

TrustStore::TrustStore(std::string ca_file) : ca_file_(std::move(ca_file)) {}

Result<TrustStore::Certificates> TrustStore::get(SteadyTime now) {
  const MutexLock lock(mutex_);
  if (certificates_ && now - read_at_ < kAgeMax) return certificates_;
  Result<Certificates> anew = read(ca_file_);
  if (!anew.ok()) {
    if (certificates_) return certificates_;
    return anew;
  }
  certificates_ = *anew;
  read_at_ = now;
  return certificates_;
}

}  // namespace headgate::net
