#include "kube/api_object.h"

#include <gtest/gtest.h>

#include "kube/known_pods.h"
#include "kube/workload_owner.h"

namespace headgate::kube {
namespace {

// As kube-apiserver 1.34 sends it, without the parts that do not matter here.
constexpr std::string_view kPod =
    R"({"metadata":{"name":"api-6d4b75cb6d-hwx2k","generateName":"api-6d4b75cb6d-","namespace":"team-a",)"
    R"("uid":"0f6c7bd1-8d1e-4d0a-9a55-0d3a2c9f0b11","resourceVersion":"8132",)"
    R"("labels":{"app":"api","pod-template-hash":"6d4b75cb6d","caf\u00e9":"x"},)"
    R"("annotations":{"headgate.io/exclude":"true","kubectl.kubernetes.io/restartedAt":"x"},)"
    R"("ownerReferences":[{"apiVersion":"x","kind":"Other","name":"o"},)"
    R"({"apiVersion":"apps/v1","kind":"ReplicaSet","name":"api-6d4b75cb6d","uid":"u","controller":true}]},)"
    R"("spec":{"nodeName":"node-1","containers":[{"name":"c"}]}})";

TEST(WatchEvents, HoldWhatIsSaidOfAPod) {
  const Result<WatchEvent> event =
      parse_watch_event(R"({"type":"ADDED","object":)" + std::string(kPod) + "}");
  ASSERT_TRUE(event.ok()) << event.error().what;
  EXPECT_EQ(event->kind, WatchEvent::Kind::Added);
  const ApiObject& pod = event->object;
  EXPECT_EQ(pod.namespace_name, "team-a");
  EXPECT_EQ(pod.name, "api-6d4b75cb6d-hwx2k");
  EXPECT_EQ(pod.uid, "0f6c7bd1-8d1e-4d0a-9a55-0d3a2c9f0b11");
  EXPECT_EQ(pod.resource_version, "8132");
  EXPECT_EQ(pod.labels.at("app"), "api");
  EXPECT_EQ(pod.labels.at("caf\xC3\xA9"), "x");
  EXPECT_EQ(pod.annotations.size(), 1U);
  EXPECT_EQ(pod.owner_kind, "ReplicaSet");
  EXPECT_EQ(pod.owner_name, "api-6d4b75cb6d");
  EXPECT_EQ(pod.node_name, "node-1");
}

TEST(WatchEvents, AreReadOrRefused) {
  using Kind = WatchEvent::Kind;
  const struct {
    const char* line;
    std::optional<Kind> kind;
    int code = 0;
    const char* version = "";
  } rows[] = {
      {R"({"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"7"}}})", Kind::Modified, 0,
       "7"},
      {R"({"type":"DELETED","object":{"metadata":{"name":"a"}}})", Kind::Deleted},
      {R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12746"}}})",
       Kind::Bookmark, 0, "12746"},
      {R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{}}})", {}},
      {R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})",
       Kind::Error, 410},
      {R"({"type":"ERROR","object":{"kind":"Status","reason":"Expired"}})", Kind::Error, 410},
      {R"({"type":"ERROR","object":{"kind":"Status","reason":"Gone","code":1}})", Kind::Error, 410},
      {R"({"type":"ERROR","object":{"code":504,"reason":"Timeout"}})", Kind::Error, 504},
      {R"({"type":"ERROR","object":{"code":-1}})", Kind::Error, 0},
      {R"({"type":"ERROR","object":{}})", Kind::Error, 0},
      {R"({"type":"ERROR"})", {}},
      {R"({"type":"ADDED","object":{"metadata":{}}})", {}},
      {R"({"type":"ADDED","object":[]})", {}},
      {R"({"type":"ADDED"})", {}},
      {R"({"type":"added","object":{"metadata":{"name":"a"}}})", {}},
      {R"({"object":{"metadata":{"name":"a"}}})", {}},
      {R"({"type":"ADDED","object":{"metadata":{"name":"a","labels":[1],"annotations":3,"ownerReferences":[5]}}})",
       Kind::Added},
      {R"({"type":"ADDED","object":{"metadata":{"name":"a","labels":{"x":1,"y":"2"}}}})", Kind::Added},
      {R"({"type":"ADDED","object":{"metadata":{"name":"a")", {}},
      {"[]", {}},
      {"", {}},
      {"\xff", {}},
  };
  for (const auto& row : rows) {
    const Result<WatchEvent> event = parse_watch_event(row.line);
    ASSERT_EQ(event.ok(), row.kind.has_value()) << row.line;
    if (!event.ok()) {
      EXPECT_EQ(event.error().fault, Fault::Invalid);
      continue;
    }
    EXPECT_EQ(event->kind, *row.kind) << row.line;
    EXPECT_EQ(event->code, row.code) << row.line;
    EXPECT_EQ(event->object.resource_version, row.version) << row.line;
  }
}

TEST(WatchEvents, KeepNoMoreLabelsThanTheirLimit) {
  std::string line = R"({"type":"ADDED","object":{"metadata":{"name":"a","labels":{"l":"")";
  for (int label = 0; label < 1000; ++label) line += ",\"l" + std::to_string(label) + "\":\"v\"";
  line += "}}}}";
  EXPECT_EQ(parse_watch_event(line).value().object.labels.size(), kLabelsMax);
}

TEST(Lists, AreReadPageByPage) {
  const std::string page =
      R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":"abc"},"items":[)" +
      std::string(kPod) + R"(,7,{"metadata":{}}]})";
  const Result<ApiList> list = parse_list(page);
  ASSERT_TRUE(list.ok()) << list.error().what;
  EXPECT_EQ(list->resource_version, "9");
  EXPECT_EQ(list->continue_token, "abc");
  EXPECT_EQ(list->items.size(), 1U);
  EXPECT_EQ(list->unreadable, 2U);
  EXPECT_TRUE(parse_list(R"({"metadata":{"resourceVersion":"1"},"items":null})")->items.empty());
  EXPECT_FALSE(
      parse_list(R"({"metadata":{"continue":")" + std::string(40'000, 'x') + R"("},"items":[]})").ok());
  for (const char* text : {"", "[]", "{}", R"({"items":3})", R"({"items":[)"})
    EXPECT_FALSE(parse_list(text).ok()) << text;
}

TEST(Workloads, AreCalledAsPeopleCallThem) {
  const struct {
    ApiObject pod;
    const char* workload;
  } rows[] = {
      {{.name = "api-6d4b75cb6d-hwx2k",
        .labels = {{"pod-template-hash", "6d4b75cb6d"}},
        .owner_kind = "ReplicaSet",
        .owner_name = "api-6d4b75cb6d"},
       "api"},
      {{.name = "x",
        .labels = {{"pod-template-hash", "9"}},
        .owner_kind = "ReplicaSet",
        .owner_name = "web-9"},
       "web"},
      {{.name = "x", .labels = {{"pod-template-hash", "9"}}, .owner_kind = "ReplicaSet", .owner_name = "-9"},
       "-9"},
      {{.name = "x",
        .labels = {{"pod-template-hash", ""}},
        .owner_kind = "ReplicaSet",
        .owner_name = "web-9"},
       "web-9"},
      {{.name = "x", .owner_kind = "ReplicaSet", .owner_name = "canary-7c9d8b6f55"}, "canary"},
      {{.name = "x", .owner_kind = "ReplicaSet", .owner_name = "by-hand"}, "by-hand"},
      {{.name = "x", .owner_kind = "Job", .owner_name = "backup-28373625"}, "backup"},
      {{.name = "x", .owner_kind = "Job", .owner_name = "backup-1700000000"}, "backup"},
      {{.name = "x", .owner_kind = "Job", .owner_name = "migrate-2"}, "migrate-2"},
      {{.name = "kafka-0", .owner_kind = "StatefulSet", .owner_name = "kafka"}, "kafka"},
      {{.name = "dns-x7k2p", .owner_kind = "DaemonSet", .owner_name = "dns"}, "dns"},
      {{.name = "x", .owner_kind = "Rollout", .owner_name = "blue-1"}, "blue-1"},
      {{.name = "etcd-node-1.example", .owner_kind = "Node", .owner_name = "node-1.example"}, "etcd"},
      {{.name = "etcd", .owner_kind = "Node", .owner_name = "node-1"}, "etcd"},
      {{.name = "bare-pod"}, "bare-pod"},
  };
  for (const auto& row : rows) EXPECT_EQ(workload_of(row.pod), row.workload) << row.pod.owner_name;
}

TEST(Pods, AreFoundByTheUidOfTheirLogDirectory) {
  ApiObject pod = {.namespace_name = "kube-system", .name = "etcd-node-1", .uid = "mirror"};
  EXPECT_EQ(id_on_disk(pod).uid, "mirror");
  // If it was copied with a static pod's manifest into a pod for the API, it means nothing.
  pod.annotations["kubernetes.io/config.hash"] = "3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f";
  EXPECT_EQ(id_on_disk(pod).uid, "mirror");
  pod.annotations["kubernetes.io/config.mirror"] = "3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f";
  EXPECT_EQ(id_on_disk(pod),
            (PodId{Namespace("kube-system"), PodName("etcd-node-1"), "3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f"}));
}

// As kube-apiserver sends them:
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
TEST(ApiObject, TellsWhichRunsOfContainersHaveEnded) {
  const struct {
    const char* status;
    std::map<std::string, std::uint32_t> ended;
  } rows[] = {
      {R"({})", {}},
      {R"({"phase":"Failed","reason":"Evicted"})", {}},
      {R"({"containerStatuses":null})", {}},
      {R"({"containerStatuses":[{"name":"a","restartCount":0,"state":{"running":{"startedAt":"x"}}}]})", {}},
      {R"({"containerStatuses":[{"name":"a","restartCount":0,"state":{"waiting":{"reason":"ContainerCreating"}}}]})",
       {}},
      {R"({"containerStatuses":[{"name":"a","restartCount":0,"state":{"terminated":{"exitCode":0}}}]})",
       {{"a", 1}}},
      {R"({"containerStatuses":[{"name":"a","restartCount":3,"state":{"running":{}},
           "lastState":{"terminated":{"containerID":"containerd://1"}}}]})",
       {{"a", 3}}},
      {R"({"containerStatuses":[{"name":"a","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
           "lastState":{"terminated":{"containerID":"containerd://1"}}}]})",
       {{"a", 4}}},
      // kubelet lost the record, so the number is the next run's.
      {R"({"containerStatuses":[{"name":"a","restartCount":3,"state":{"waiting":{"reason":"ContainerCreating"}},
           "lastState":{"terminated":{"exitCode":137,"reason":"ContainerStatusUnknown"}}}]})",
       {{"a", 3}}},
      {R"({"initContainerStatuses":[{"name":"i","restartCount":0,"state":{"terminated":{}}}],
           "containerStatuses":[{"name":"a","restartCount":0,"state":{"running":{}}},
                                {"name":"b","restartCount":1,"state":{"terminated":{}}}],
           "ephemeralContainerStatuses":[{"name":"e","restartCount":0,"state":{"terminated":{}}}]})",
       {{"i", 1}, {"b", 2}, {"e", 1}}},
      // Values that no server should send.
      {R"({"containerStatuses":[{"name":"a","restartCount":-1,"state":{"terminated":{}}},
                                {"name":"b","restartCount":4294967295,"state":{"terminated":{}}},
                                {"name":"c","restartCount":"1","state":{"terminated":{}}},
                                {"name":"d","restartCount":0,"state":{"terminated":null}},
                                {"restartCount":0,"state":{"terminated":{}}}, 7]})",
       {}},
      {R"({"containerStatuses":{"name":"a","restartCount":0,"state":{"terminated":{}}}})", {}},
  };
  for (const auto& row : rows) {
    const std::string event = R"({"type":"MODIFIED","object":{"metadata":{"name":"pod"},"status":)" +
                              std::string(row.status) + "}}";
    const Result<WatchEvent> read = parse_watch_event(event);
    ASSERT_TRUE(read.ok()) << row.status;
    EXPECT_EQ(read->object.runs_ended, row.ended) << row.status;
  }
}

TEST(ApiObject, HoldsNoMoreEndedContainersThanItMay) {
  std::string statuses;
  for (std::size_t count = 0; count < kContainersMax + 10; ++count) {
    statuses += statuses.empty() ? "" : ",";
    statuses += R"({"name":"c)" + std::to_string(count) + R"(","restartCount":0,"state":{"terminated":{}}})";
  }
  const Result<WatchEvent> read = parse_watch_event(
      R"({"type":"ADDED","object":{"metadata":{"name":"pod"},"status":{"containerStatuses":[)" + statuses +
      "]}}}");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->object.runs_ended.size(), kContainersMax);
}

}  // namespace
}  // namespace headgate::kube
