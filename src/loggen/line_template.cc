#include "loggen/line_template.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "loggen/digits.h"

namespace headgate::loggen {
namespace {

using Words = std::span<const std::string_view>;

// A word that stands several times is drawn more often.
constexpr std::array<std::string_view, 8> kLevels = {"info", "info",  "info", "info",
                                                     "info", "debug", "warn", "error"};
constexpr std::array<std::string_view, 8> kUpperLevels = {"INFO", "INFO",  "INFO", "INFO",
                                                          "INFO", "DEBUG", "WARN", "ERROR"};
constexpr std::array<std::string_view, 6> kKlogLevels = {"I", "I", "I", "I", "W", "E"};
constexpr std::array<std::string_view, 6> kPinoLevels = {"30", "30", "30", "20", "40", "50"};
constexpr std::array<std::string_view, 6> kMethods = {"GET", "GET", "GET", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 6> kPaths = {"/api/v1/orders", "/api/v1/carts/checkout",
                                                    "/healthz",       "/api/v2/search?q=shoes&page=3",
                                                    "/metrics",       "/static/app.js"};
constexpr std::array<std::string_view, 8> kStatuses = {"200", "200", "200", "201",
                                                       "304", "404", "429", "503"};
constexpr std::array<std::string_view, 6> kLoggers = {"http.server", "db.pool",     "cache.redis",
                                                      "auth.oidc",   "queue.kafka", "scheduler"};
constexpr std::array<std::string_view, 6> kSources = {"server/handler.go", "store/postgres.go",
                                                      "cache/lru.go",      "auth/middleware.go",
                                                      "worker/consume.go", "cmd/main.go"};
constexpr std::array<std::string_view, 4> kThreads = {"main", "http-nio-8080-exec-7", "pool-2-thread-14",
                                                      "kafka-consumer-3"};
constexpr std::array<std::string_view, 8> kVerbs = {"get",    "get",    "list",  "watch",
                                                    "create", "update", "patch", "delete"};
constexpr std::array<std::string_view, 6> kResources = {"pods",   "configmaps", "secrets",
                                                        "leases", "endpoints",  "events"};
constexpr std::array<std::string_view, 4> kAgents = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "kube-probe/1.31", "curl/8.9.1",
    "okhttp/4.12.0"};
constexpr std::array<std::string_view, 4> kFailures = {
    "context deadline exceeded", "connection reset by peer", "no such host", "too many open files"};

constexpr std::array<std::pair<std::string_view, Words>, 14> kWordLists = {{{"level", kLevels},
                                                                            {"LEVEL", kUpperLevels},
                                                                            {"klog_level", kKlogLevels},
                                                                            {"pino_level", kPinoLevels},
                                                                            {"method", kMethods},
                                                                            {"path", kPaths},
                                                                            {"status", kStatuses},
                                                                            {"logger", kLoggers},
                                                                            {"source", kSources},
                                                                            {"thread", kThreads},
                                                                            {"verb", kVerbs},
                                                                            {"resource", kResources},
                                                                            {"agent", kAgents},
                                                                            {"failure", kFailures}}};

constexpr std::array<std::pair<std::string_view, TimeForm>, 11> kTimes = {
    {{"iso_second", TimeForm::IsoSecond},
     {"iso_milli", TimeForm::IsoMilli},
     {"iso_micro", TimeForm::IsoMicro},
     {"iso_nano", TimeForm::IsoNano},
     {"python", TimeForm::Python},
     {"unix_micro", TimeForm::UnixMicro},
     {"unix_milli", TimeForm::UnixMilli},
     {"klog", TimeForm::Klog},
     {"go", TimeForm::Go},
     {"go_micro", TimeForm::GoMicro},
     {"access_log", TimeForm::AccessLog}}};

constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kHexBytes = 16;
constexpr std::size_t kIpBytesMax = 15;

char* put(std::string_view text, char* into) {
  std::memcpy(into, text.data(), text.size());
  return into + text.size();
}

char* put_hex(std::uint64_t bits, int digits, char* into) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (int digit = 0; digit < digits; ++digit, bits >>= 4) *into++ = kHex[bits & 0xf];
  return into;
}

char* put_uuid(Chance& chance, char* into) {
  std::uint64_t bits = chance.next();
  into = put("-", put_hex(bits, 8, into));
  into = put("-4", put_hex(bits >> 32, 4, into));
  into = put("-a", put_hex(bits >> 48, 3, into));
  bits = chance.next();
  into = put("-", put_hex(bits, 3, into));
  return put_hex(bits >> 12, 12, into);
}

char* put_ip(Chance& chance, char* into) {
  const std::uint64_t bits = chance.next();
  into = write_number(bits & 0xff, put("10.", into));
  into = write_number((bits >> 8) & 0xff, put(".", into));
  return write_number((bits >> 16) & 0xff, put(".", into));
}

std::size_t longest(Words words) {
  std::size_t bytes = 0;
  for (const std::string_view word : words) bytes = std::max(bytes, word.size());
  return bytes;
}

}  // namespace

NameWidths widths_of(const Fleet& fleet) {
  NameWidths widths;
  for (const Pod& pod : fleet.pods) {
    widths.namespace_bytes = std::max(widths.namespace_bytes, pod.namespace_name.view().size());
    widths.application_bytes = std::max(widths.application_bytes, pod.application.view().size());
    widths.pod_bytes = std::max(widths.pod_bytes, pod.name.view().size());
  }
  for (const Container& container : fleet.containers) {
    widths.container_bytes = std::max(widths.container_bytes, container.name.view().size());
  }
  return widths;
}

FieldSequence::Piece FieldSequence::field_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Kind>, 10> kKinds = {{{"seq", Kind::Sequence},
                                                                         {"namespace", Kind::Namespace},
                                                                         {"application", Kind::Application},
                                                                         {"pod", Kind::PodName},
                                                                         {"container", Kind::ContainerName},
                                                                         {"uuid", Kind::Uuid},
                                                                         {"hex", Kind::Hex},
                                                                         {"ip", Kind::Ip},
                                                                         {"number", Kind::Number},
                                                                         {"milli", Kind::Milli}}};
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return {.kind = kind};
  }
  for (const auto& [known, form] : kTimes) {
    if (known == name) return {.kind = Kind::Time, .form = form};
  }
  for (const auto& [known, words] : kWordLists) {
    if (known == name) return {.kind = Kind::Word, .words = words};
  }
  CHECK(false);
}

FieldSequence::FieldSequence(std::string_view pattern) {
  while (!pattern.empty()) {
    const std::size_t open = std::min(pattern.find('<'), pattern.size());
    if (open > 0) pieces_.push_back({.kind = Kind::Literal, .text = pattern.substr(0, open)});
    pattern.remove_prefix(open);
    if (pattern.empty()) return;
    const std::size_t close = pattern.find('>');
    CHECK(close != std::string_view::npos);
    pieces_.push_back(field_named(pattern.substr(1, close - 1)));
    pattern.remove_prefix(close + 1);
  }
}

char* FieldSequence::write(const LineContext& line, char* into) const {
  for (const Piece& piece : pieces_) into = write_piece(piece, line, into);
  return into;
}

char* FieldSequence::write_piece(const Piece& piece, const LineContext& line, char* into) {
  switch (piece.kind) {
    case Kind::Literal:
      return put(piece.text, into);
    case Kind::Sequence:
      return write_number(line.sequence, into);
    case Kind::Namespace:
      return put(line.pod.namespace_name.view(), into);
    case Kind::Application:
      return put(line.pod.application.view(), into);
    case Kind::PodName:
      return put(line.pod.name.view(), into);
    case Kind::ContainerName:
      return put(line.container, into);
    case Kind::Uuid:
      return put_uuid(line.chance, into);
    case Kind::Hex:
      return put_hex(line.chance.next(), static_cast<int>(kHexBytes), into);
    case Kind::Ip:
      return put_ip(line.chance, into);
    case Kind::Number:
      return write_number(line.chance.below(10'000), into);
    case Kind::Milli:
      return write_padded<3>(line.chance.below(1'000), into);
    case Kind::Time:
      return line.time.write(piece.form, into);
    case Kind::Word:
      return put(line.chance.one_of(piece.words), into);
  }
  CHECK(false);
}

std::size_t FieldSequence::bytes_max(const NameWidths& widths) const {
  std::size_t bytes = 0;
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Kind::Literal:
        bytes += piece.text.size();
        break;
      case Kind::Sequence:
        bytes += kNumberBytesMax;
        break;
      case Kind::Namespace:
        bytes += widths.namespace_bytes;
        break;
      case Kind::Application:
        bytes += widths.application_bytes;
        break;
      case Kind::PodName:
        bytes += widths.pod_bytes;
        break;
      case Kind::ContainerName:
        bytes += widths.container_bytes;
        break;
      case Kind::Uuid:
        bytes += kUuidBytes;
        break;
      case Kind::Hex:
        bytes += kHexBytes;
        break;
      case Kind::Ip:
        bytes += kIpBytesMax;
        break;
      case Kind::Number:
        bytes += 4;
        break;
      case Kind::Milli:
        bytes += 3;
        break;
      case Kind::Time:
        bytes += TimeText::kBytesMax;
        break;
      case Kind::Word:
        bytes += longest(piece.words);
        break;
    }
  }
  return bytes;
}

LineTemplate::LineTemplate(std::string_view pattern) {
  constexpr std::string_view kText = "<text>";
  const std::size_t at = pattern.find(kText);
  CHECK(at != std::string_view::npos);
  before = FieldSequence(pattern.substr(0, at));
  after = FieldSequence(pattern.substr(at + kText.size()));
}

}  // namespace headgate::loggen
