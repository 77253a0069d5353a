// What we know of pods, as it survives a restart or an outage of the API:
// docs/contributing/formats/known-pods.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "kube/known_pods.h"
#include "ports/disk.h"

namespace headgate::kube {

struct KeptPods {
  KnownPods::Namespaces namespaces = {};
  KnownPods::Pods pods = {};
  std::string namespace_selector = {};  // that the namespaces were found by
};

std::string write_kept_pods(const KnownPods& known);
// Invalid: damaged; nothing of it is to be used then. Denied: of a newer headgate.
Result<KeptPods> read_kept_pods(std::string_view text);

// One file, replaced whole: power loss leaves the old one or the new one. One thread.
class KnownPodsFile {
 public:
  static constexpr std::size_t kBytesMax = 256U << 20U;

  KnownPodsFile(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}
  // NotFound when there is none yet.
  Result<KeptPods> load();
  Result<> store(std::string_view text);

 private:
  std::string path() const { return directory_ + "/known-pods"; }

  Disk& disk_;
  const std::string directory_;
};

}  // namespace headgate::kube
