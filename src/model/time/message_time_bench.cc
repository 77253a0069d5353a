#include "model/time/message_time.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace headgate {
namespace {

const Timestamp kRuntime{1'756'553'221'564'974'123};
const TimeWindow kWindow;

void find_time(benchmark::State& state, std::string_view message) {
  const std::string line(message);
  for (auto _ : state) {
    std::string_view seen = line;
    benchmark::DoNotOptimize(seen);
    benchmark::DoNotOptimize(event_time(seen, kRuntime, kWindow));
  }
  state.SetLabel(std::to_string(line.size()) + " bytes");
}

BENCHMARK_CAPTURE(find_time, plain_short, "Starting server on port 8080");
BENCHMARK_CAPTURE(
    find_time, plain_150,
    "Reconciled the desired state of the ingress controller in the namespace openshift-ingress after "
    "three attempts, the last of which took 45 ms to complete");
BENCHMARK_CAPTURE(find_time, access_log,
                  R"(10.128.0.15 - - [30/Aug/2025:11:27:01 +0000] "GET /healthz HTTP/1.1" 200 2 "-" )"
                  R"("kube-probe/1.27" "-" rt=0.001)");
BENCHMARK_CAPTURE(
    find_time, klog,
    "I0830 11:27:01.564974       1 controller.go:615] quota admission added evaluator for: leases");
BENCHMARK_CAPTURE(find_time, iso,
                  "2025-08-30T06:11:26.816Z INFO  [main] c.e.App - Started App in 3.2 seconds");
BENCHMARK_CAPTURE(find_time, iso_in_tokyo,
                  "2025-08-30 20:27:01,564 INFO  [main] c.e.App - order 4711 was paid");
BENCHMARK_CAPTURE(find_time, iso_of_long_ago,
                  "2024-02-29 00:00:00 is the day whose invoice was closed just now");
BENCHMARK_CAPTURE(find_time, go, "2025/08/30 10:33:20 http: TLS handshake error from 10.128.0.2:51234: EOF");
BENCHMARK_CAPTURE(
    find_time, logfmt,
    R"(time="2025-08-30T09:21:21Z" level=info msg="reconciling" controller=ingress duration=45ms)");
BENCHMARK_CAPTURE(
    find_time, json_zap,
    R"({"level":"info","ts":1724999486.8161235,"caller":"etcdserver/server.go:895","msg":"starting"})");
BENCHMARK_CAPTURE(
    find_time, json_ts_iso,
    R"({"level":"info","ts":"2025-08-30T06:11:26.816Z","logger":"controller","msg":"Reconciling",)"
    R"("namespace":"openshift-ingress"})");
BENCHMARK_CAPTURE(
    find_time, json_time_last,
    R"({"level":"warn","component":"oauth","user":"system:serviceaccount:a:b","status":401,)"
    R"("duration_ms":12.5,"ok":false,"msg":"token \"x\" refused","time":"2025-08-30T06:11:26Z"})");
BENCHMARK_CAPTURE(
    find_time, json_audit,
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"0c1b2a","stage":)"
    R"("ResponseComplete","requestURI":"/api/v1/namespaces/default/pods?limit=500","verb":"list","user":)"
    R"({"username":"system:apiserver","uid":"4a5b","groups":["system:masters","system:authenticated"]},)"
    R"("sourceIPs":["::1"],"userAgent":"kube-apiserver/v1.27.0 (linux/amd64) kubernetes/fc4e2a0","objectRef":)"
    R"({"resource":"pods","namespace":"default","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},)"
    R"("requestReceivedTimestamp":"2025-08-30T06:11:26.816123Z","stageTimestamp":)"
    R"("2025-08-30T06:11:26.820456Z","annotations":{"authorization.k8s.io/decision":"allow",)"
    R"("authorization.k8s.io/reason":""}})");

}  // namespace
}  // namespace headgate
