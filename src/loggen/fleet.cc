#include "loggen/fleet.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace headgate::loggen {
namespace {

// What Kubernetes makes random names of: no vowels, and no 0, 1, 3, so that no words come out
// (https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go).
constexpr std::string_view kNameAlphabet = "bcdfghjklmnpqrstvwxz2456789";
// A ReplicaSet's hash is a number whose decimal digits are put through that alphabet: only these ten come out
// (SafeEncodeString).
constexpr std::string_view kHashAlphabet = "456789bcdf";
constexpr std::size_t kReplicaSetHashBytes = 10;
constexpr std::size_t kPodSuffixBytes = 5;

constexpr std::array<std::string_view, 12> kApplications = {
    "checkout", "payments", "inventory", "gateway",       "search",       "mailer",
    "ledger",   "catalog",  "sessions",  "notifications", "image-resize", "fraud-scoring"};
constexpr std::array<std::string_view, 3> kSidecars = {"istio-proxy", "metrics-exporter", "config-reloader"};

std::string random_name(Chance& chance, std::string_view alphabet, std::size_t length) {
  std::string name(length, ' ');
  for (char& letter : name) letter = alphabet[chance.below(static_cast<std::uint32_t>(alphabet.size()))];
  return name;
}

// a, b, ... z, aa, ab, ... as spreadsheets count.
std::string letters_of(std::uint32_t index) {
  std::string letters;
  for (std::uint64_t left = std::uint64_t{index} + 1; left > 0; left = (left - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (left - 1) % 26));
  }
  return letters;
}

std::string application_name(std::uint32_t index) {
  std::string name(kApplications[index % kApplications.size()]);
  if (index >= kApplications.size()) name += "-" + std::to_string(index / kApplications.size() + 1);
  return name;
}

std::string sidecar_name(std::uint32_t index) {
  if (index < kSidecars.size()) return std::string(kSidecars[index]);
  return "sidecar-" + std::to_string(index + 1);
}

std::string random_uid(Chance& chance) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string uid(36, '-');
  for (std::size_t at = 0; at < uid.size(); ++at) {
    const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (!is_dash) uid[at] = kHex[chance.below(16)];
  }
  uid[14] = '4';                        // version 4 and
  uid[19] = kHex[8 + chance.below(4)];  // variant 10xx, RFC 9562
  return uid;
}

Result<> check(const FleetOptions& options) {
  std::uint64_t containers = 1;
  const std::array<std::pair<std::string_view, std::uint32_t>, 4> numbers = {
      {{"tenants", options.tenants},
       {"applications", options.applications},
       {"pods", options.pods},
       {"containers", options.containers}}};
  for (const auto& [name, number] : numbers) {
    if (number == 0) return Error{Fault::Invalid, std::string(name) + ": must be at least 1"};
    containers = std::min<std::uint64_t>(containers * number, std::uint64_t{kContainersMax} + 1);
  }
  if (containers > kContainersMax) {
    return Error{Fault::Invalid, "tenants, applications, pods, containers: their product is over " +
                                     std::to_string(kContainersMax) + " containers"};
  }
  return {};
}

void add_pod(Fleet& fleet, Pod pod, std::uint32_t containers) {
  for (std::uint32_t index = 0; index < containers; ++index) {
    fleet.containers.push_back(
        {.pod = fleet.pods.size(),
         .name = ContainerName(index == 0 ? pod.application.str() : sidecar_name(index - 1))});
  }
  fleet.pods.push_back(std::move(pod));
}

}  // namespace

Result<Fleet> make_fleet(const FleetOptions& options, Chance& chance) {
  TRY(check(options));
  Fleet fleet;
  for (std::uint32_t tenant = 0; tenant < options.tenants; ++tenant) {
    const Namespace namespace_name("tenant-" + letters_of(tenant));
    for (std::uint32_t index = 0; index < options.applications; ++index) {
      const std::string application = application_name(index);
      // The pods of an application are those of one ReplicaSet and share its hash.
      const std::string replica_set =
          application + "-" + random_name(chance, kHashAlphabet, kReplicaSetHashBytes);
      for (std::uint32_t pod = 0; pod < options.pods; ++pod) {
        std::string name = replica_set + "-" + random_name(chance, kNameAlphabet, kPodSuffixBytes);
        std::string uid = random_uid(chance);
        add_pod(fleet,
                {.namespace_name = namespace_name,
                 .application = Application(application),
                 .name = PodName(std::move(name)),
                 .uid = std::move(uid)},
                options.containers);
      }
    }
  }
  return fleet;
}

std::string directory_of(const Pod& pod) {
  return pod.namespace_name.str() + "_" + pod.name.str() + "_" + pod.uid;
}

}  // namespace headgate::loggen
