#include "model/workload_name.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(WorkloadName, IsThePodsNameWithoutWhatKubernetesAppended) {
  const struct {
    const char* pod;
    const char* workload;
  } rows[] = {
      {"api-6d4b75cb6d-hwx2k", "api"},  // Deployment
      {"nginx-deployment-75675f5897-7ccfb", "nginx-deployment"},
      {"old-1564180365-khku8", "old-1564180365-khku8"},  // before Kubernetes 1.9: vowels
      {"old-1564180365-kh2k8", "old"},                   // decimal hash
      {"api-6d4b75c-hwx2k", "api-6d4b75c"},              // too short for a hash
      {"backup-28373625-x7k2p", "backup"},               // CronJob
      {"fluent-bit-x7k2p", "fluent-bit"},                // DaemonSet
      {"my-database-x7k2p", "my-database"},              // a word is no hash
      {"kafka-0", "kafka"},                              // StatefulSet
      {"kafka-24567", "kafka"},
      {"etcd", "etcd"},  // bare pods
      {"etcd-node-one", "etcd-node-one"},
      {"kube-proxy-abcde", "kube-proxy-abcde"},
      {"api-6D4B75CB6D-HWX2K", "api-6D4B75CB6D-HWX2K"},
      {"-x7k2p", "-x7k2p"},  // never empty
      {"-6d4b75cb6d-hwx2k", "-6d4b75cb6d"},
      {"0", "0"},
      {"-0", "-0"},
      {"a-", "a-"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(workload_of(PodName(row.pod)), row.workload) << row.pod;
}

}  // namespace
}  // namespace headgate
