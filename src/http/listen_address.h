// Where a server listens: `127.0.0.1:9600`, `[::1]:9600`, `localhost:9600`. Numbers only (and `localhost`,
// which is 127.0.0.1): a name that resolves to another address one day must not open a port to everybody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::http {

struct ListenAddress {
  std::string host;        // an IPv4 or IPv6 address, no brackets
  std::uint16_t port = 0;  // 0 = any free one

  std::string str() const;  // as it is written above
  bool is_ipv6() const { return host.find(':') != std::string::npos; }
};

// Fault::Invalid says what to write instead.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace headgate::http
