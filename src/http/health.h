// What an orchestrator asks of a running Headgate: `/healthz` (is the process alive), `/readyz` (can it do
// its work) and `/metrics` (Prometheus).
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
// The answer names what fails but not why: words may hold paths and names of accounts, and nobody has logged
// in. The words are logged, once each time that a check changes.
class Readiness {
 public:
  // Runs on a server thread: answers at once, from what is known.
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

// Adds the three paths; what is given must outlive the server.
void add_health_routes(Routes& routes, const Metrics& metrics, Readiness& readiness);

}  // namespace headgate::http
