#include "net/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/number.h"

namespace headgate::net {
namespace {

constexpr std::size_t kProxyBytesMax = 4096;
constexpr std::size_t kExceptionsMax = 1000;

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
  });
  return made;
}

std::vector<std::uint8_t> address_of(std::string_view host) {
  const std::string text(host);
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.begin() + 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.end()};
  return {};
}

bool is_within(const std::vector<std::uint8_t>& address, const std::vector<std::uint8_t>& network,
               unsigned bits) {
  if (address.size() != network.size()) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) return false;
  }
  return true;
}

struct Authority {
  std::string host;  // in lower case, without brackets
  std::string port;
};

// Splits host:port, [::1]:port, or either without a port.
Authority authority_of(std::string_view text) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  if (text.starts_with('[')) {
    const std::size_t end = std::min(text.find(']'), text.size());
    std::string_view rest = text.substr(std::min(end + 1, text.size()));
    if (rest.starts_with(':')) rest.remove_prefix(1);
    return {.host = lower(text.substr(1, end - 1)), .port = std::string(rest)};
  }
  const bool is_one_colon = std::count(text.begin(), text.end(), ':') == 1;
  const std::size_t colon = is_one_colon ? text.find(':') : text.size();
  return {.host = lower(text.substr(0, colon)),
          .port = std::string(text.substr(std::min(colon + 1, text.size())))};
}

std::string_view authority_in(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

bool is_near(const Authority& there) {
  if (there.host == "localhost" || there.host.ends_with(".localhost")) return true;
  const std::vector<std::uint8_t> address = address_of(there.host);
  if (address.size() == 4) return address[0] == 127 || (address[0] == 169 && address[1] == 254);
  if (address.empty()) return false;
  const bool is_loopback =
      std::all_of(address.begin(), address.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
      address.back() == 1;
  const bool is_link_local = address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
  const bool is_metadata = is_within(address, address_of("fd00:ec2::"), 32);
  return is_loopback || is_link_local || is_metadata;
}

Result<std::string> proxy_in(std::string_view text, std::string_view name) {
  if (text.empty()) return std::string();
  const auto bad = [&](std::string_view what) {
    return Error{Fault::Invalid, std::string(name) + ": " + std::string(what)};
  };
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
  if (!is_plain || text.size() > kProxyBytesMax) return bad("is not a URL: write it like http://host:port");
  std::string url(text);
  if (const std::size_t scheme = text.find("://"); scheme == std::string_view::npos) {
    url = "http://" + url;
  } else if (const std::string kind = lower(text.substr(0, scheme)); kind != "http" && kind != "https") {
    return bad("is a proxy of an unsupported kind: write it like http://host:port");
  }
  const Authority there = authority_of(authority_in(url));
  const bool is_port = there.port.empty() || parse_number<std::uint16_t>(there.port).value_or(0) > 0;
  if (there.host.empty() || !is_port) return bad("has no host, or its port is not a number from 1 to 65535");
  return url;
}

}  // namespace

std::string without_password(std::string_view proxy) {
  const std::string_view authority = authority_in(proxy);
  const std::size_t at = authority.rfind('@');
  return std::string(at == std::string_view::npos ? authority : authority.substr(at + 1));
}

Result<ProxyRules> ProxyRules::of(const ProxySettings& settings) {
  ProxyRules rules;
  rules.http_ = TRY(proxy_in(settings.http, "HTTP_PROXY"));
  rules.https_ = TRY(proxy_in(settings.https, "HTTPS_PROXY"));
  std::string_view rest = settings.none;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(", \t"), rest.size());
    std::string_view entry = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (entry.empty()) continue;
    if (entry == "*") rules.is_all_excepted_ = true;
    if (rules.domains_.size() + rules.networks_.size() == kExceptionsMax)
      return Error{Fault::Invalid, "NO_PROXY: more than 1000 entries"};
    const std::size_t slash = entry.find('/');
    if (std::vector<std::uint8_t> network = address_of(entry.substr(0, slash)); !network.empty()) {
      unsigned bits = static_cast<unsigned>(network.size()) * 8;
      const unsigned bits_max = bits;
      if (slash != std::string_view::npos) {
        const std::optional<unsigned> read = parse_number<unsigned>(entry.substr(slash + 1));
        if (!read || *read > bits_max) continue;
        bits = *read;
      }
      rules.networks_.push_back({.address = std::move(network), .bits = bits});
      continue;
    }
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    while (entry.starts_with('.')) entry.remove_prefix(1);
    Authority there = authority_of(entry);
    if (std::vector<std::uint8_t> address = address_of(there.host); !address.empty() && there.port.empty()) {
      const auto bits = static_cast<unsigned>(address.size()) * 8;
      rules.networks_.push_back({.address = std::move(address), .bits = bits});
    } else if (!there.host.empty()) {
      rules.domains_.push_back({.domain = std::move(there.host), .port = std::move(there.port)});
    }
  }
  return rules;
}

bool ProxyRules::is_excepted(std::string_view host, std::string_view port) const {
  if (is_all_excepted_) return true;
  const std::vector<std::uint8_t> address = address_of(host);
  const auto holds_network = [&](const Network& one) { return is_within(address, one.address, one.bits); };
  if (std::any_of(networks_.begin(), networks_.end(), holds_network)) return true;
  return std::any_of(domains_.begin(), domains_.end(), [&](const Exception& one) {
    const bool is_below = host.size() > one.domain.size() && host.ends_with(one.domain) &&
                          host[host.size() - one.domain.size() - 1] == '.';
    return (host == one.domain || is_below) && (one.port.empty() || one.port == port);
  });
}

const std::string& ProxyRules::proxy_of(std::string_view url) const {
  static const std::string kNone;
  const bool is_tls = url.starts_with("https://");
  const std::string& proxy = is_tls ? https_ : http_;
  if (proxy.empty()) return kNone;
  Authority there = authority_of(authority_in(url));
  if (there.port.empty()) there.port = is_tls ? "443" : "80";
  while (there.host.ends_with('.')) there.host.pop_back();
  return is_near(there) || is_excepted(there.host, there.port) ? kNone : proxy;
}

std::string ProxyRules::in_words() const {
  if (empty()) return "none";
  std::string words;
  if (!https_.empty()) words = "https through " + without_password(https_);
  if (!http_.empty()) words += (words.empty() ? "" : ", ") + ("http through " + without_password(http_));
  return words;
}

}  // namespace headgate::net
