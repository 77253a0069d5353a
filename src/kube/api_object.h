// Parses answers of the Kubernetes API: the metadata of pods and namespaces, and which containers of a pod
// have ended. They come alone, in a list, or in an event of a watch.
// https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::kube {

// A pod or a namespace. What the API did not send is empty.
struct ApiObject {
  std::string namespace_name = {};
  std::string name = {};
  std::string uid = {};
  std::string resource_version = {};
  std::map<std::string, std::string> labels = {};
  std::map<std::string, std::string> annotations = {};  // only those that kept_annotation() selects
  std::string owner_kind = {};                          // of the owner that controls the pod
  std::string owner_name = {};
  std::string node_name = {};  // also empty if only metadata was sent
  // By container, the number up to which its runs have ended: all runs with lower numbers, as in the names of
  // their log files. A container has no entry if it was never restarted and is not running, or if only
  // metadata was sent.
  std::map<std::string, std::uint32_t> runs_ended = {};
};

// A label's value has at most 63 characters. The API limits the number of labels only by the object's size,
// so we limit it.
constexpr std::size_t kLabelsMax = 256;
// The containers of a pod, including init and debug containers.
constexpr std::size_t kContainersMax = 1024;
// Annotations of an object may have 256 KiB. We keep few of them, and none longer than this.
constexpr std::size_t kAnnotationBytesMax = 4096;

// Positions in a list or a watch are opaque, and are sent back in the next request's URL. Longer ones are
// refused.
constexpr std::size_t kVersionBytesMax = 1024;
constexpr std::size_t kContinueBytesMax = 32U << 10U;

namespace annotation {
constexpr std::string_view kExclude = "headgate.io/exclude";
constexpr std::string_view kExcludeContainers = "headgate.io/exclude-containers";
constexpr std::string_view kVectorExcludeContainers = "vector.dev/exclude-containers";
// The API shows a static pod as a mirror that its kubelet made. This annotation has the uid by which kubelet
// knows the pod.
constexpr std::string_view kConfigMirror = "kubernetes.io/config.mirror";
}  // namespace annotation

struct ApiList {
  std::string resource_version = {};
  std::string continue_token = {};  // empty on the last page
  std::vector<ApiObject> items = {};
  std::size_t unreadable = 0;  // number of items without a name
};
// Parses a page of a list. Fault::Invalid if it is not JSON, or not a list.
Result<ApiList> parse_list(std::string_view json);

struct WatchEvent {
  enum class Kind : std::uint8_t { Added, Modified, Deleted, Bookmark, Error };
  Kind kind = Kind::Bookmark;
  ApiObject object = {};   // for a Bookmark, only its resource_version
  int code = 0;            // for an Error: the HTTP status that it stands for, such as 410
  std::string words = {};  // for an Error: the server's message, shortened
};
std::string_view name_of(WatchEvent::Kind kind);
constexpr int kWatchEventKinds = 5;

// Parses a line of a watch, without its newline. Fault::Invalid if it is not JSON, or not a known event.
Result<WatchEvent> parse_watch_event(std::string_view line);

// The `message` of a Status that the server sent with an error, shortened; empty if there is none.
std::string status_message(std::string_view json);

}  // namespace headgate::kube
