#include "http/health.h"

#include <utility>

#include "base/json_text.h"
#include "base/log.h"
#include "base/process_metrics.h"

namespace headgate::http {

void Readiness::add(std::string name, Check check) {
  const MutexLock lock(mutex_);
  entries_.push_back({.name = std::move(name), .check = std::move(check)});
}

Response Readiness::answer() {
  const MutexLock lock(mutex_);
  bool is_ready = true;
  std::string checks;
  for (Entry& entry : entries_) {
    const Result<> checked = entry.check();
    if (checked.ok() != entry.was_ok) {
      if (checked.ok()) {
        log::info("readiness_restored", "A readiness check succeeds again.", {{"check", entry.name}});
      } else {
        log::warn("readiness_lost",
                  "A readiness check fails, so /readyz answers 503. The field error names the cause.",
                  {{"check", entry.name}, {"error", checked.error().what}});
      }
      entry.was_ok = checked.ok();
    }
    is_ready = is_ready && checked.ok();
    if (!checks.empty()) checks.push_back(',');
    append_json_text(checks, entry.name);
    checks.push_back(':');
    append_json_text(checks, checked.ok() ? "ok" : name_of(checked.error().fault));
  }
  return Response{
      .status = is_ready ? 200U : 503U,
      .body = std::string("{\"ready\":") + (is_ready ? "true" : "false") + ",\"checks\":{" + checks + "}}\n"};
}

void add_health_routes(Routes& routes, const Metrics& metrics, Readiness& readiness) {
  routes["/metrics"] = [&metrics](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = metrics.exposition() + process_metrics()};
  };
  routes["/healthz"] = [](const Request&) { return Response{.body = "{\"alive\":true}\n"}; };
  routes["/readyz"] = [&readiness](const Request&) { return readiness.answer(); };
}

}  // namespace headgate::http
