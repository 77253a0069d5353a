// The workload that a pod belongs to, told from what the API says of its owner.
#pragma once

#include <string>

#include "kube/api_object.h"

namespace headgate::kube {

// What people called it, not what a controller made of the name:
//   ReplicaSet api-6d4b75cb6d     -> api      the Deployment; the hash is also the label pod-template-hash
//   Job backup-28373625           -> backup   the CronJob: minutes (or once seconds) since 1970
//   StatefulSet, DaemonSet, ...   -> their name
//   Node                          -> a static pod: its name without -<node>
//   none                          -> the pod's own name
// Never empty. A ReplicaSet or Job that was made by hand and is called like that loses its end.
std::string workload_of(const ApiObject& pod);

}  // namespace headgate::kube
