// The workload that a pod belongs to, told from the pod's name alone: for when no API server can be asked.
#pragma once

#include <string>

#include "model/names.h"

namespace headgate {

// What Kubernetes appended is taken off again:
//   Deployment, CronJob   api-6d4b75cb6d-hwx2k, backup-28373625-hwx2k  ->  api, backup
//   DaemonSet, Job        fluent-bit-x7k2p                             ->  fluent-bit
//   StatefulSet           kafka-0                                      ->  kafka
//   anything else         etcd                                         ->  itself; never empty
// The last five characters are from an alphabet without vowels, and a ReplicaSet's hash is 8 to 10 digits
// written in that alphabet, which makes all of them hexadecimal (k8s.io/apimachinery/pkg/util/rand). A guess:
// a bare pod `proxy-https` loses its `https`.
std::string workload_of(const PodName& pod);

}  // namespace headgate
