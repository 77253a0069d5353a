// The workload that a pod belongs to, derived from the owner that the API names.
// Tests: src/kube/api_object_test.cc
#pragma once

#include <string>

#include "kube/api_object.h"

namespace headgate::kube {

// Returns the name that people gave the workload, without what controllers append. Never empty.
//   ReplicaSet api-6d4b75cb6d     -> api      the Deployment; the hash is also the label pod-template-hash
//   Job backup-28373625           -> backup   the CronJob; the number is minutes (or once seconds) since 1970
//   StatefulSet, DaemonSet, ...   -> their name
//   Node                          -> a static pod: its name without -<node>
//   none                          -> the pod's own name
//
// A ReplicaSet or Job that somebody created by hand with such a name loses its end too.
std::string workload_of(const ApiObject& pod);

}  // namespace headgate::kube
