// The paths that orchestrators and Prometheus request: `/healthz` (the process is alive), `/readyz` (it can
// work) and `/metrics`.
// Tests: src/http/server_test.cc
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "http/server.h"

namespace headgate::http {

// Named checks; ready when all pass. Any thread. Add them all before serving.
// The answer names the failing check but not the error, because errors may hold paths and account names and
// the caller is not authenticated. Errors are logged each time that a check's result changes.
class Readiness {
 public:
  // Runs on a server thread, so it must answer at once, without waiting.
  using Check = std::function<Result<>()>;

  void add(std::string name, Check check);
  // 200 {"ready":true,"checks":{"queue":"ok"}}, or 503 with "ready":false and the fault of each failing
  // check.
  Response answer();

 private:
  struct Entry {
    std::string name;
    Check check;
    bool was_ok = true;
  };
  Mutex mutex_;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
};

// Adds the three paths. `metrics` and `readiness` must outlive the server.
void add_health_routes(Routes& routes, const Metrics& metrics, Readiness& readiness);

}  // namespace headgate::http
