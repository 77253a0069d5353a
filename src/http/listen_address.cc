#include "http/listen_address.h"

#include <arpa/inet.h>

#include "base/number.h"

namespace headgate::http {

namespace {

bool is_address(int family, const std::string& host) {
  in6_addr room{};  // the larger of the two
  return ::inet_pton(family, host.c_str(), &room) == 1;
}

Error invalid(std::string_view text, std::string_view what) {
  std::string words = "\"";
  words += text;
  words += "\" ";
  words += what;
  return Error{Fault::Invalid, std::move(words)};
}

}  // namespace

std::string ListenAddress::str() const {
  return (is_ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid(text, "has no port: write it as 127.0.0.1:9600");
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return invalid(text, "has no port from 0 to 65535 after the last colon");
  ListenAddress address;
  address.port = *port;

  std::string_view host = text.substr(0, colon);
  if (host.empty()) return invalid(text, "has no address: write 127.0.0.1, or 0.0.0.0 to listen everywhere");
  const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  address.host = host == "localhost" && !has_brackets ? "127.0.0.1" : std::string(host);
  if (address.host.find('\0') != std::string::npos) return invalid("", "holds a NUL");
  if (!is_address(has_brackets ? AF_INET6 : AF_INET, address.host))
    return invalid(text,
                   "is not an IPv4 address, an IPv6 address in [brackets], or localhost, before the port");
  return address;
}

}  // namespace headgate::http
