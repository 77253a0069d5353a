// What is known of pods, in a file that survives a restart of the agent or an outage of the API:
// docs/contributing/formats/known-pods.md.
// Tests: src/kube/known_pods_test.cc
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
  std::string namespace_selector = {};  // the selector by which the namespaces were found
};

std::string write_kept_pods(const KnownPods& known);
// Fault::Invalid: the text is damaged, and no part of it may be used. Fault::Denied: a newer headgate has
// written it.
Result<KeptPods> read_kept_pods(std::string_view text);

// One file, which is replaced as a whole: after a power loss it is the old one or the new one. For one
// thread.
class KnownPodsFile {
 public:
  static constexpr std::size_t kBytesMax = 256U << 20U;

  KnownPodsFile(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}
  // Fault::NotFound if there is no file yet.
  Result<KeptPods> load();
  Result<> store(std::string_view text);

 private:
  std::string path() const { return directory_ + "/known-pods"; }

  Disk& disk_;
  const std::string directory_;
};

}  // namespace headgate::kube
