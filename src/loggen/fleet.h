// The pods that fake logs come from, named as Kubernetes names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "loggen/chance.h"
#include "model/names.h"

namespace headgate::loggen {

// How many of what; each at least 1. Pods are per application, applications per tenant, containers per pod.
struct FleetOptions {
  std::uint32_t tenants = 3;
  std::uint32_t applications = 4;
  std::uint32_t pods = 2;
  std::uint32_t containers = 1;
};

// One file is held open for each container.
constexpr std::uint32_t kContainersMax = 10'000;

struct Pod {
  Namespace namespace_name;  // tenant-a, tenant-b, ... tenant-aa
  Application application;   // checkout
  PodName name;              // checkout-7d9c5b8f6b-x2k4p: application, ReplicaSet's hash, five characters
  std::string uid;           // 8-4-4-4-12 hexadecimal digits
};

struct Container {
  std::size_t pod = 0;  // index in Fleet::pods
  ContainerName name;   // the first has the application's name, the others are sidecars
};

struct Fleet {
  std::vector<Pod> pods;
  std::vector<Container> containers;  // by pod
};

// Invalid, naming the option, when a number is 0 or the containers are more than kContainersMax.
Result<Fleet> make_fleet(const FleetOptions& options, Chance& chance);

// What kubelet calls the pod's directory in /var/log/pods: <namespace>_<pod>_<uid>.
std::string directory_of(const Pod& pod);

}  // namespace headgate::loggen
