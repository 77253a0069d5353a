// Which requests go through a proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as AWS's SDKs take them.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::net {

// As the variables say it; empty: not set.
struct ProxySettings {
  std::string http = {};   // for http:// URLs
  std::string https = {};  // for https:// URLs
  std::string none = {};   // hosts, domains, addresses and networks that are reached without, by commas
};

// Immutable, so any thread. Never through a proxy, whatever the variables say: this machine (localhost,
// 127/8,
// ::1), link-local addresses (169.254/16, fe80::/10) and fd00:ec2::/32. There the metadata services are,
// which give credentials to whoever asks from this machine.
class ProxyRules {
 public:
  ProxyRules() = default;
  // A proxy is http:// or https:// (host:port alone is http://), with a name and password or without. Invalid
  // for anything else; the words do not repeat it, since it may hold a password.
  static Result<ProxyRules> of(const ProxySettings& settings);

  // The proxy's URL, with its password, for libcurl alone; empty: none.
  const std::string& proxy_of(std::string_view url) const;
  // For errors and logs: host and port, without name and password. "none" without any.
  std::string in_words() const;
  bool empty() const { return http_.empty() && https_.empty(); }

 private:
  struct Network {
    std::vector<std::uint8_t> address;  // 4 or 16 bytes
    unsigned bits = 0;
  };
  struct Exception {
    std::string domain;  // in lower case, without a dot before it: it and all below it
    std::string port;    // empty: any
  };
  bool is_excepted(std::string_view host, std::string_view port) const;

  std::string http_;
  std::string https_;
  bool is_all_excepted_ = false;
  std::vector<Exception> domains_;
  std::vector<Network> networks_;
};

// host:port of a proxy's URL.
std::string without_password(std::string_view proxy);

}  // namespace headgate::net
