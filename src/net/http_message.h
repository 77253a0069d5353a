// An HTTP request and its answer, as values.
// Tests: src/net/http_client_test.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headgate::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;  // in order; names as they were written
// The first header with that name, ignoring case.
std::optional<std::string_view> header_in(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  // absolute, http or https, already encoded
  HttpHeaders headers = {};
  std::string_view body = {};  // must live until the call returns; not sent with GET and HEAD
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers = {};
  std::string body = {};

  bool is_success() const { return status >= 200 && status < 300; }
  std::optional<std::string_view> header(std::string_view name) const { return header_in(headers, name); }
};

// Appends `text` as a part of a query or path. All characters but unreserved ones (RFC 3986, 2.3) are
// %-encoded.
void append_percent_encoded(std::string& to, std::string_view text);

}  // namespace headgate::net
