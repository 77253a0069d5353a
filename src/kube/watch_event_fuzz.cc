// Any bytes as a line of a watch, and as what an earlier run kept: nothing breaks, and what is known of a pod
// is the same after it was written and read.
#include "base/check.h"
#include "kube/known_pods_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  using namespace headgate::kube;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const Result<KeptPods> kept = read_kept_pods(input); !kept.ok())
    CHECK(kept.error().fault == Fault::Invalid);
  if (const Result<ApiList> list = parse_list(input); !list.ok()) CHECK(list.error().fault == Fault::Invalid);
  const Result<WatchEvent> event = parse_watch_event(input);
  if (!event.ok()) {
    CHECK(event.error().fault == Fault::Invalid && !event.error().what.empty());
    return 0;
  }
  CHECK(event->object.labels.size() <= kLabelsMax);
  KnownPods known{Selection{}};
  known.apply_to_pods(*event, Timestamp{});
  known.apply_to_namespaces(*event, Timestamp{});
  for (const auto& [id, pod] : known.pods()) {
    CHECK(!pod.workload.empty());
    // Whether its namespace is selected has to be known before anything is said of a pod.
    CHECK(known.facts(id).has_value() || known.namespaces().count(id.namespace_name) == 0);
  }
  const KeptPods kept = read_kept_pods(write_kept_pods(known)).value();
  CHECK(kept.pods == known.pods() && kept.namespaces == known.namespaces());
  return 0;
}
