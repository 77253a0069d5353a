#include "kube/api_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>

#include "base/number.h"

namespace headgate::kube {

Result<std::string> in_cluster_api(std::string_view host, std::string_view port) {
  if (host.empty())
    return Error{Fault::Invalid, "KUBERNETES_SERVICE_HOST: empty; this process may not run in a cluster"};
  const bool is_host = std::all_of(host.begin(), host.end(), [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || character == '.' || character == '-' || character == ':';
  });
  if (!is_host) return Error{Fault::Invalid, "KUBERNETES_SERVICE_HOST: not a host"};
  const std::uint16_t number = parse_number<std::uint16_t>(port).value_or(0);
  if (number == 0) return Error{Fault::Invalid, "KUBERNETES_SERVICE_PORT: not a port"};
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return "https://" + (is_ipv6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" +
         std::to_string(number);
}

bool may_send_token(std::string_view api) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  if (api.starts_with(kTls)) return true;
  if (!api.starts_with(kPlain)) return false;
  std::string_view authority = api.substr(kPlain.size());
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  if (authority.find('@') != std::string_view::npos) return false;  // the host is what follows the @
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    const std::string host(authority.substr(1, end - 1));
    in6_addr six{};
    return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
  }
  const std::string host(authority.substr(0, authority.find(':')));
  if (host == "localhost") return true;
  in_addr four{};
  constexpr std::uint32_t kLoopbackNet = 127;
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24U) == kLoopbackNet;
}

}  // namespace headgate::kube
