// What the Kubernetes API says, as far as it matters to us: the metadata of pods and namespaces, and which of
// a pod's containers have ended; alone, in a list or in a watch's event.
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

// A pod or a namespace. What is absent is empty.
struct ApiObject {
  std::string namespace_name = {};
  std::string name = {};
  std::string uid = {};
  std::string resource_version = {};
  std::map<std::string, std::string> labels = {};
  std::map<std::string, std::string> annotations = {};  // only those that kept_annotation() names
  std::string owner_kind = {};                          // of the owner that controls it
  std::string owner_name = {};
  std::string node_name = {};  // empty too when only metadata was sent
  // By container, how many of its runs have ended: those with lower numbers, which their log files have too.
  // Of a container that was never started anew and runs nothing is said, and when only metadata was sent.
  std::map<std::string, std::uint32_t> runs_ended = {};
};

// A label's value has at most 63 characters; how many there are is only bounded by the object's size, so by
// us.
constexpr std::size_t kLabelsMax = 256;
// A pod's containers, those that it begins with and those for debugging included.
constexpr std::size_t kContainersMax = 1024;
// Annotations can have 256 KiB each object; we keep few of them, and none longer than this.
constexpr std::size_t kAnnotationBytesMax = 4096;

// Places in a list or a watch are opaque, and go into the next request's URL: a server that says longer ones
// is not believed.
constexpr std::size_t kVersionBytesMax = 1024;
constexpr std::size_t kContinueBytesMax = 32U << 10U;

namespace annotation {
constexpr std::string_view kExclude = "headgate.io/exclude";
constexpr std::string_view kExcludeContainers = "headgate.io/exclude-containers";
constexpr std::string_view kVectorExcludeContainers = "vector.dev/exclude-containers";
// What the API calls a static pod is a mirror that its kubelet made; this is the uid that kubelet knows it
// by.
constexpr std::string_view kConfigMirror = "kubernetes.io/config.mirror";
}  // namespace annotation

struct ApiList {
  std::string resource_version = {};
  std::string continue_token = {};  // empty: this is the last page
  std::vector<ApiObject> items = {};
  std::size_t unreadable = 0;  // items without a name
};
// A page of a list. Invalid: not JSON, or no list.
Result<ApiList> parse_list(std::string_view json);

struct WatchEvent {
  enum class Kind : std::uint8_t { Added, Modified, Deleted, Bookmark, Error };
  Kind kind = Kind::Bookmark;
  ApiObject object = {};   // of a Bookmark only its resource_version
  int code = 0;            // of an Error: the HTTP status it would have been, e.g. 410
  std::string words = {};  // of an Error: the server's, shortened
};
std::string_view name_of(WatchEvent::Kind kind);
constexpr int kWatchEventKinds = 5;

// A line of a watch, without its newline. Invalid: not JSON, or no event that we know.
Result<WatchEvent> parse_watch_event(std::string_view line);

// The `message` of a Status that the server sent with an error, shortened; empty when it is none.
std::string status_message(std::string_view json);

}  // namespace headgate::kube
