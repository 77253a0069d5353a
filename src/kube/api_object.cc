#include "kube/api_object.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace headgate::kube {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;

constexpr std::size_t kWordsBytesMax = 300;

std::string text_of(const Found& found) {
  std::string_view text;
  return found.get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string version_of(const Found& metadata) {
  std::string version = text_of(metadata["resourceVersion"]);
  return version.size() <= kVersionBytesMax ? version : std::string();
}

bool is_kept_annotation(std::string_view name) {
  constexpr std::string_view kKept[] = {annotation::kExclude, annotation::kExcludeContainers,
                                        annotation::kVectorExcludeContainers, annotation::kConfigMirror};
  return std::find(std::begin(kKept), std::end(kKept), name) != std::end(kKept);
}

void read_labels(const Found& found, std::map<std::string, std::string>& into) {
  dom::object labels;
  if (found.get_object().get(labels) != simdjson::SUCCESS) return;
  for (const auto& [key, value] : labels) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) continue;
    if (into.size() == kLabelsMax) return;  // the API sorts labels by name, so we always keep the same ones
    into.emplace(key, text);
  }
}

void read_annotations(const Found& found, std::map<std::string, std::string>& into) {
  dom::object annotations;
  if (found.get_object().get(annotations) != simdjson::SUCCESS) return;
  for (const auto& [key, value] : annotations) {
    std::string_view text;
    if (!is_kept_annotation(key) || value.get_string().get(text) != simdjson::SUCCESS) continue;
    if (text.size() <= kAnnotationBytesMax) into.emplace(key, text);
  }
}

void read_owner(const Found& found, ApiObject& into) {
  dom::array owners;
  if (found.get_array().get(owners) != simdjson::SUCCESS) return;
  for (const dom::element owner : owners) {
    if (!owner.is_object()) continue;
    bool controls = false;
    if (owner["controller"].get_bool().get(controls) != simdjson::SUCCESS || !controls) continue;
    into.owner_kind = text_of(owner["kind"]);
    into.owner_name = text_of(owner["name"]);
    return;
  }
}

bool is_object(const Found& found) {
  return found.error() == simdjson::SUCCESS && found.is_object();
}

// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodStatus
// The run that a status describes has the number restartCount, as its log file has. While a container waits
// for a restart (CrashLoopBackOff), that run has ended, and is the last one. If kubelet lost its record of
// the run (reason ContainerStatusUnknown, without an id), the number is already that of the next run.
void read_runs_ended(const Found& found, std::map<std::string, std::uint32_t>& into) {
  dom::array statuses;
  if (found.get_array().get(statuses) != simdjson::SUCCESS) return;
  for (const dom::element status : statuses) {
    if (!status.is_object()) continue;
    const std::string name = text_of(status["name"]);
    std::int64_t run = 0;
    if (name.empty() || status["restartCount"].get_int64().get(run) != simdjson::SUCCESS) continue;
    if (run < 0 || run >= std::int64_t{UINT32_MAX}) continue;
    const bool waits_after_it = is_object(status["state"]["waiting"]) &&
                                !text_of(status["lastState"]["terminated"]["containerID"]).empty();
    if (is_object(status["state"]["terminated"]) || waits_after_it) ++run;
    if (run == 0) continue;
    if (into.size() == kContainersMax) return;
    into.insert_or_assign(name, static_cast<std::uint32_t>(run));
  }
}

// Reads a whole Pod or its PartialObjectMetadata. `json` must be an object.
ApiObject read_object(const dom::element& json) {
  ApiObject object;
  const Found metadata = json["metadata"];
  object.namespace_name = text_of(metadata["namespace"]);
  object.name = text_of(metadata["name"]);
  object.uid = text_of(metadata["uid"]);
  object.resource_version = version_of(metadata);
  read_labels(metadata["labels"], object.labels);
  read_annotations(metadata["annotations"], object.annotations);
  read_owner(metadata["ownerReferences"], object);
  object.node_name = text_of(json["spec"]["nodeName"]);
  const Found status = json["status"];
  for (const char* kind : {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"})
    read_runs_ended(status[kind], object.runs_ended);
  return object;
}

Result<dom::element> parse_object(dom::parser& parser, std::string_view json) {
  dom::element element;
  if (const auto error = parser.parse(json.data(), json.size()).get(element); error != simdjson::SUCCESS)
    return Error{Fault::Invalid, std::string("not JSON: ") + simdjson::error_message(error)};
  if (!element.is_object()) return Error{Fault::Invalid, "no JSON object"};
  return element;
}

std::string shortened(std::string text) {
  if (text.size() > kWordsBytesMax) text.resize(kWordsBytesMax);
  return text;
}

Result<WatchEvent::Kind> kind_of(std::string_view type) {
  for (int index = 0; index < kWatchEventKinds; ++index) {
    const auto kind = static_cast<WatchEvent::Kind>(index);
    if (type == name_of(kind)) return kind;
  }
  return Error{Fault::Invalid, "type: unknown"};
}

}  // namespace

std::string_view name_of(WatchEvent::Kind kind) {
  switch (kind) {
    case WatchEvent::Kind::Added:
      return "ADDED";
    case WatchEvent::Kind::Modified:
      return "MODIFIED";
    case WatchEvent::Kind::Deleted:
      return "DELETED";
    case WatchEvent::Kind::Bookmark:
      return "BOOKMARK";
    case WatchEvent::Kind::Error:
      return "ERROR";
  }
  CHECK(false);
}

Result<ApiList> parse_list(std::string_view json) {
  dom::parser parser;  // lives as long as the list, which may be large
  const dom::element root = TRY(parse_object(parser, json));
  dom::array items;
  const Found found = root["items"];
  ApiList list;
  list.resource_version = version_of(root["metadata"]);
  list.continue_token = text_of(root["metadata"]["continue"]);
  if (list.continue_token.size() > kContinueBytesMax)
    return Error{Fault::Invalid, "metadata.continue: too long"};
  if (found.error() == simdjson::SUCCESS && found.is_null()) return list;  // Go writes an empty list as null
  if (found.get_array().get(items) != simdjson::SUCCESS) return Error{Fault::Invalid, "items: not a list"};
  for (const dom::element item : items) {
    if (!item.is_object()) {
      ++list.unreadable;
      continue;
    }
    ApiObject object = read_object(item);
    if (object.name.empty()) {
      ++list.unreadable;
    } else {
      list.items.push_back(std::move(object));
    }
  }
  return list;
}

Result<WatchEvent> parse_watch_event(std::string_view line) {
  dom::parser parser;
  const dom::element root = TRY(parse_object(parser, line));
  WatchEvent event;
  event.kind = TRY(kind_of(text_of(root["type"])));
  dom::element object;
  if (root["object"].get(object) != simdjson::SUCCESS || !object.is_object())
    return Error{Fault::Invalid, "object: missing"};
  if (event.kind == WatchEvent::Kind::Error) {
    std::int64_t code = 0;
    if (object["code"].get_int64().get(code) == simdjson::SUCCESS && code >= 0 && code < 1000)
      event.code = static_cast<int>(code);
    event.words = shortened(text_of(object["message"]));
    if (const std::string reason = text_of(object["reason"]); reason == "Expired" || reason == "Gone")
      event.code = 410;
    return event;
  }
  event.object = read_object(object);
  if (event.kind == WatchEvent::Kind::Bookmark) {
    if (event.object.resource_version.empty())
      return Error{Fault::Invalid, "object.metadata.resourceVersion: missing"};
  } else if (event.object.name.empty()) {
    return Error{Fault::Invalid, "object.metadata.name: missing"};
  }
  return event;
}

std::string status_message(std::string_view json) {
  dom::parser parser;
  const Result<dom::element> root = parse_object(parser, json);
  return root.ok() ? shortened(text_of((*root)["message"])) : std::string();
}

}  // namespace headgate::kube
