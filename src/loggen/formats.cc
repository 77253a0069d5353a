#include "loggen/formats.h"

#include "base/check.h"

namespace headgate::loggen {
namespace {

constexpr std::array<std::string_view, 4> kPlain = {
    R"(<ip> - - [<access_log>] "<method> <path> HTTP/1.1" <status> <number> "-" "<agent>" rt=0.<milli> seq=<seq> <text>)",
    R"(<LEVEL> [<thread>] <logger>: <text> seq=<seq>)", R"(<logger>: <failure> seq=<seq> <text>)",
    R"(	at com.example.<application>.Handler.invoke(Handler.java:<number>) ~[app.jar:1.4.<milli>] seq=<seq> <text>)"};

constexpr std::array<std::string_view, 3> kIso = {
    R"(<iso_milli> <LEVEL> [<thread>] <logger> - <text> seq=<seq>)",
    R"(<iso_nano> <level> <source>:<number> <text> seq=<seq> trace=<hex>)",
    R"(<python> <LEVEL> <logger> <text> seq=<seq>)"};

constexpr std::array<std::string_view, 4> kJson = {
    R"({"level":"<level>","ts":<unix_micro>,"logger":"<logger>","caller":"<source>:<number>","msg":"<text>","seq":<seq>,"trace_id":"<hex><hex>","duration":0.<milli>})",
    R"({"level":"<level>","ts":"<iso_milli>","caller":"<source>:<number>","msg":"<text>","seq":<seq>,"pod":"<pod>","status":<status>})",
    R"({"time":"<iso_nano>","level":"<LEVEL>","msg":"<text>","seq":<seq>,"method":"<method>","path":"<path>","bytes":<number>})",
    R"({"level":<pino_level>,"time":<unix_milli>,"pid":<number>,"hostname":"<pod>","name":"<application>","msg":"<text>","seq":<seq>,"req":{"method":"<method>","url":"<path>"},"res":{"statusCode":<status>},"responseTime":<number>})"};

constexpr std::array<std::string_view, 2> kKlog = {
    R"(<klog_level><klog>       1 controller.go:<number>] <text> seq=<seq>)",
    R"(<klog_level><klog>       1 reconciler.go:<number>] "<text>" pod="<namespace>/<pod>" container="<container>" seq=<seq>)"};

constexpr std::array<std::string_view, 2> kLogfmt = {
    R"(time="<iso_second>" level=<level> msg="<text>" component=<logger> seq=<seq> duration=<number>ms)",
    R"(time="<iso_nano>" level=<level> source=<source>:<number> msg="<text>" seq=<seq> err="<failure>")"};

constexpr std::array<std::string_view, 2> kGo = {R"(<go> <text> seq=<seq>)",
                                                 R"(<go_micro> <source>:<number>: <text> seq=<seq>)"};

// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
constexpr std::array<std::string_view, 1> kAudit = {
    R"j({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"<uuid>","stage":"ResponseComplete",)j"
    R"j("requestURI":"/api/v1/namespaces/<namespace>/<resource>/<application>?timeout=10s","verb":"<verb>",)j"
    R"j("user":{"username":"system:serviceaccount:<namespace>:<application>","uid":"<uuid>",)j"
    R"j("groups":["system:serviceaccounts","system:serviceaccounts:<namespace>","system:authenticated"],)j"
    R"j("extra":{"authentication.kubernetes.io/pod-name":["<pod>"]}},"sourceIPs":["<ip>"],)j"
    R"j("userAgent":"<application>/v1.31.2 (linux/amd64)","objectRef":{"resource":"<resource>",)j"
    R"j("namespace":"<namespace>","name":"<application>","apiVersion":"v1"},)j"
    R"j("responseStatus":{"metadata":{},"code":<status>},"requestObject":{"kind":"ConfigMap","data":{"note":"<text>"}},)j"
    R"j("requestReceivedTimestamp":"<iso_micro>",)j"
    R"j("stageTimestamp":"<iso_micro>","annotations":{"authorization.k8s.io/decision":"allow",)j"
    R"j("authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"<application>/<namespace>\"","seq":"<seq>"}})j"};

constexpr std::array<std::string_view, 16> kPhrases = {
    "request <uuid> completed in <number> ms",
    "accepted connection from <ip>",
    "cache miss for key user:<number>:profile",
    "retrying upstream call after <failure>",
    "committed transaction <hex> with <number> rows",
    "reconciled <resource> in <milli> ms",
    "published message to topic orders.v2 partition <number>",
    "token for client <hex> refreshed",
    "slow query took <number> ms on replica",
    "<method> <path> responded with status <status>",
    "health check passed",
    "garbage collection freed <number> KiB",
    "leader election renewed lease <resource>",
    "worker <number> picked up job <uuid>",
    "feature flag new-pricing evaluated for session <hex>",
    "closing idle connection to <ip>"};

}  // namespace

std::string_view name_of(Format format) {
  switch (format) {
    case Format::Plain:
      return "plain";
    case Format::Iso:
      return "iso";
    case Format::Json:
      return "json";
    case Format::Klog:
      return "klog";
    case Format::Logfmt:
      return "logfmt";
    case Format::Go:
      return "go";
    case Format::Audit:
      return "audit";
  }
  CHECK(false);
}

std::optional<Format> format_named(std::string_view name) {
  for (const Format format : kFormats) {
    if (name_of(format) == name) return format;
  }
  return std::nullopt;
}

std::span<const std::string_view> patterns_of(Format format) {
  switch (format) {
    case Format::Plain:
      return kPlain;
    case Format::Iso:
      return kIso;
    case Format::Json:
      return kJson;
    case Format::Klog:
      return kKlog;
    case Format::Logfmt:
      return kLogfmt;
    case Format::Go:
      return kGo;
    case Format::Audit:
      return kAudit;
  }
  CHECK(false);
}

std::span<const std::string_view> phrase_patterns() {
  return kPhrases;
}

}  // namespace headgate::loggen
