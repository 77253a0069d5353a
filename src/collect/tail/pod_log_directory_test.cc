#include "collect/tail/pod_log_directory.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace headgate::collect {
namespace {

TEST(PodLogDirectory, ReadsThePodFromTheDirectorysName) {
  const auto pod = parse_pod_directory("tenant-a_web-7d9f8b6c54-x2x4q_0f5c2c55-1111-4222-8333-444455556666");
  ASSERT_TRUE(pod.has_value());
  EXPECT_EQ(pod->namespace_name.view(), "tenant-a");
  EXPECT_EQ(pod->pod.view(), "web-7d9f8b6c54-x2x4q");
  EXPECT_EQ(pod->uid, "0f5c2c55-1111-4222-8333-444455556666");
  // A static pod's uid is a hash.
  EXPECT_TRUE(parse_pod_directory("kube-system_etcd-node-1_3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f").has_value());
  for (const char* name : {"", "_", "__", "a_b", "a_b_", "_b_c", "a__c", "a_b_c_d", "lost+found"}) {
    EXPECT_FALSE(parse_pod_directory(name).has_value()) << name;
  }
}

TEST(PodLogDirectory, ReadsWhatAFileIsFromItsName) {
  struct Case {
    const char* name;
    std::uint32_t restart;
    const char* rotated_at;
    bool is_gzip;
  };
  for (const Case& c : {Case{"0.log", 0, "", false}, Case{"12.log", 12, "", false},
                        Case{"0.log.20250830-112701", 0, "20250830-112701", false},
                        Case{"3.log.20250830-112701.gz", 3, "20250830-112701", true}}) {
    const auto name = parse_log_file_name(c.name);
    ASSERT_TRUE(name.has_value()) << c.name;
    EXPECT_EQ(name->restart, c.restart) << c.name;
    EXPECT_EQ(name->rotated_at, c.rotated_at) << c.name;
    EXPECT_EQ(name->is_gzip, c.is_gzip) << c.name;
  }
  for (const char* name :
       {"", "log", ".log", "x.log", "0.txt", "0.log.", "0.log.tmp", "0.log.20250830-112701.tmp",
        "0.log.20250830-112701.gz.tmp", "0.log~", "99999999999.log", "-1.log"}) {
    EXPECT_FALSE(parse_log_file_name(name).has_value()) << name;
  }
}

TEST(PodLogDirectory, OrdersFilesAsTheyWereWritten) {
  const std::vector<std::string> wanted = {"0.log.20250830-112701.gz",
                                           "0.log.20250830-120000",
                                           "0.log",
                                           "1.log.20250830-130000",
                                           "1.log",
                                           "10.log"};
  std::vector<std::string> names = wanted;
  std::reverse(names.begin(), names.end());
  std::sort(names.begin(), names.end(), [](const std::string& left, const std::string& right) {
    return is_older(*parse_log_file_name(left), *parse_log_file_name(right));
  });
  EXPECT_EQ(names, wanted);
}

}  // namespace
}  // namespace headgate::collect
