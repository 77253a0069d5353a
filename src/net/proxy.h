// Decides which requests go through a proxy, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as AWS's SDKs do.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::net {

// The values of the variables; empty if not set.
struct ProxySettings {
  std::string http = {};   // for http:// URLs
  std::string https = {};  // for https:// URLs
  std::string none = {};   // hosts, domains, addresses and networks that are reached without a proxy,
                           // separated by commas
};

// Immutable, and so thread-safe. Some addresses never go through a proxy, whatever the variables say: this
// machine (localhost, 127/8, ::1), link-local addresses (169.254/16, fe80::/10) and fd00:ec2::/32. The
// metadata services are there, and they give credentials to any process of this machine.
class ProxyRules {
 public:
  ProxyRules() = default;
  // A proxy's URL is http:// or https:// (host:port alone means http://), with or without name and password.
  // Fault::Invalid for anything else. The error does not repeat the URL, since it may contain a password.
  static Result<ProxyRules> of(const ProxySettings& settings);

  // The URL of the proxy with its password, for libcurl only; empty if none is used.
  const std::string& proxy_of(std::string_view url) const;
  // Host and port of the proxies without name and password, for errors and logs; "none" without any.
  std::string in_words() const;
  bool empty() const { return http_.empty() && https_.empty(); }

 private:
  struct Network {
    std::vector<std::uint8_t> address;  // 4 or 16 bytes
    unsigned bits = 0;
  };
  struct Exception {
    std::string domain;  // in lower case, without a dot before it; includes all domains below it
    std::string port;    // any port if empty
  };
  bool is_excepted(std::string_view host, std::string_view port) const;

  std::string http_;
  std::string https_;
  bool is_all_excepted_ = false;
  std::vector<Exception> domains_;
  std::vector<Network> networks_;
};

// The host:port of a proxy's URL.
std::string without_password(std::string_view proxy);

}  // namespace headgate::net
