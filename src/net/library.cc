#include "net/library.h"

#include <curl/curl.h>
#include <signal.h>

#include <utility>

namespace headgate::net {

Result<Library> Library::open() {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that the other side may have closed
  const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) return Error{Fault::Invalid, std::string("libcurl: ") + curl_easy_strerror(code)};
  return Library();
}

Library::Library(Library&& other) noexcept : is_ours_(std::exchange(other.is_ours_, false)) {}

Library::~Library() {
  if (is_ours_) curl_global_cleanup();
}

}  // namespace headgate::net
