// docs/metrics.md, its sections of the agent, says what an agent's registry exposes, and nothing else.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "collect/batch/uploader.h"
#include "collect/collector.h"
#include "conformance/scratch_folder.h"
#include "fakes/source_directory.h"
#include "kube/cluster_pods.h"
#include "local/directory_store.h"
#include "local/named_pods.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace headgate::cli {
namespace {

struct Told {
  std::string type;
  std::set<std::string> labels;
};
using ByName = std::map<std::string, Told>;

std::vector<std::string> split(const std::string& text, const std::string& between) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(between); at != std::string::npos; at = text.find(between, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + between.size();
  }
  parts.push_back(text.substr(from));
  return parts;
}

ByName documented() {
  std::ifstream file(fakes::source_directory() + "/docs/metrics.md");
  ByName found;
  bool is_agents = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) is_agents = line.starts_with("## Agent");
    if (!is_agents || !line.starts_with("| `")) continue;
    const std::vector<std::string> cells = split(line.substr(2), " |");
    EXPECT_EQ(cells.size(), 5U) << line;
    Told told{.type = cells[1].substr(1)};
    for (const std::string& label : split(cells[2], ",")) {
      if (const std::size_t begin = label.find_first_not_of(' '); begin != std::string::npos)
        told.labels.insert(label.substr(begin));
    }
    EXPECT_TRUE(found.emplace(cells[0].substr(1, cells[0].size() - 2), told).second) << line;
  }
  return found;
}

// Types, and labels of each family's first series; a histogram's `le` is no label of ours.
ByName exposed(const Metrics& metrics) {
  ByName found;
  std::istringstream text(metrics.exposition());
  std::string name;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# TYPE ")) {
      const std::vector<std::string> words = split(line, " ");
      name = words.at(2);
      found[name].type = words.at(3);
    }
    const std::size_t open = line.find('{');
    if (line.starts_with('#') || open == std::string::npos) continue;
    for (const std::string& label : split(line.substr(open + 1), ",")) {
      const std::string key = label.substr(0, label.find('='));
      if (key != "le") found[name].labels.insert(key);
    }
  }
  return found;
}

TEST(MetricsDocument, SaysWhatAnAgentExposesAndNothingElse) {
  const conformance::ScratchFolder folder;
  const net::Library library = net::Library::open().value();
  local::SystemClock clock;
  local::SystemRandom random;
  local::PosixDisk disk;
  local::NamedPods pods;
  Metrics metrics;
  ASSERT_TRUE(disk.make_directories(folder.at("pods")).ok());
  collect::CollectorOptions options{.pod_logs = folder.at("pods"), .data_directory = folder.at("data")};
  options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  const auto collector = collect::Collector::open(
      {.clock = clock, .random = random, .disk = disk, .kube = pods, .metrics = metrics}, options);
  ASSERT_TRUE(collector.ok());
  const auto store = local::DirectoryStore::open(clock, random, folder.at("store"), BucketName("central"),
                                                 local::DirectoryStore::MissingBucket::Create);
  ASSERT_TRUE(store.ok());
  const collect::Uploader uploader(clock, disk, **store, metrics, {});
  kube::ClusterPodsOptions watched;
  watched.watch.api = "http://127.0.0.1:1";  // where nobody answers
  watched.data_directory = folder.at("data");
  const auto cluster = kube::ClusterPods::open(
      {.library = library, .clock = clock, .random = random, .disk = disk, .metrics = metrics}, watched);
  ASSERT_TRUE(cluster.ok());

  const ByName wanted = exposed(metrics);
  const ByName told = documented();
  EXPECT_GT(wanted.size(), 30U);
  for (const auto& [name, one] : wanted) {
    ASSERT_TRUE(told.contains(name)) << name << " is not in docs/metrics.md";
    EXPECT_EQ(told.at(name).type, one.type) << name;
    EXPECT_EQ(told.at(name).labels, one.labels) << name;
  }
  // Those of a tenant are there from its first line on: SpoolSharesTest looks at them.
  for (const auto& [name, one] : told)
    EXPECT_TRUE(wanted.contains(name) || one.labels.contains("tenant")) << name << " is not exposed";
}

}  // namespace
}  // namespace headgate::cli
