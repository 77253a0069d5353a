#include "assembly/collector_options.h"

#include <gtest/gtest.h>

#include "config/config_load.h"

namespace headgate::assembly {
namespace {

config::Config config_of(std::map<std::string, std::string> flags) {
  config::LoadedConfig loaded = config::load_config({.file = "", .flags = std::move(flags)}, {});
  EXPECT_TRUE(loaded.problems.empty());
  return std::move(loaded.config);
}

TEST(CollectorOptions, GiveANamespaceItsOwnBatches) {
  const auto options =
      collector_options(config_of({{"collect.partition", "tenant"},
                                   {"collect.batch.age_max", "2m"},
                                   {"collect.overrides", "{a: [partition=pod], b: [age_max=1m]}"}}),
                        NodeName("node-1"));
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->node.view(), "node-1");
  EXPECT_EQ(options->policy.partition, collect::Partition::Tenant);
  EXPECT_EQ(options->policy.age_max, std::chrono::minutes{2});
  EXPECT_EQ(options->policies.at(Namespace("a")).partition, collect::Partition::Pod);
  EXPECT_EQ(options->policies.at(Namespace("a")).age_max, std::chrono::minutes{2});
  EXPECT_EQ(options->policies.at(Namespace("b")).partition, collect::Partition::Tenant);
  EXPECT_EQ(options->policies.at(Namespace("b")).age_max, std::chrono::minutes{1});
}

TEST(CollectorOptions, CarryMultilinePatterns) {
  const auto options = collector_options(config_of({{"collect.multiline.patterns", "{dated: ['^[0-9]{4}-']}"},
                                                    {"collect.multiline.age_max", "3s"}}),
                                         NodeName("n"));
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->multiline_patterns, (config::StringLists{{"dated", {"^[0-9]{4}-"}}}));
  EXPECT_EQ(options->multiline.age_max, std::chrono::seconds{3});
  EXPECT_EQ(options->multiline.bytes_max, 256U << 10U);
  EXPECT_EQ(options->multiline.lines_max, 1000U);
  const config::LoadedConfig loaded =
      config::load_config({.file = "", .flags = {{"collect.multiline.patterns", "{java: ['^x']}"}}}, {});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_NE(loaded.problems[0].find("java: is one that is there already"), std::string::npos);
}

TEST(CollectorOptions, HoldTheClusterTimeoutAndExclusions) {
  const auto options = collector_options(config_of({{"kube.pod_wait_max", "5s"},
                                                    {"kube.api_wait_max", "0s"},
                                                    {"kube.exclude_containers", "proxy,sidecar"}}),
                                         NodeName("n"));
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->admission.pod_wait_max, std::chrono::seconds{5});
  EXPECT_EQ(options->admission.api_wait_max, std::chrono::seconds{0});
  EXPECT_EQ(options->admission.excluded_containers,
            (std::set<ContainerName>{ContainerName("proxy"), ContainerName("sidecar")}));
}

TEST(CollectorOptions, TakeTheTenantFromALabelOnlyWhereKeysNameTheTenant) {
  const auto ignored = collector_options(config_of({{"kube.tenant_label", "team"}}), NodeName("n"));
  ASSERT_FALSE(ignored.ok());
  EXPECT_NE(ignored.error().what.find("{tenant}"), std::string::npos) << ignored.error().what;
  const auto options = collector_options(
      config_of({{"kube.tenant_label", "team"}, {"key.template", "{tenant}/{namespace}/{file}"}}),
      NodeName("n"));
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->admission.tenant_label, "team");
}

TEST(CollectorOptions, NeverScanMoreOftenAtRestThanAtWork) {
  const auto options = collector_options(config_of({{"collect.scan_interval", "30s"}}), NodeName("n"));
  EXPECT_EQ(options->idle_scan_interval, std::chrono::seconds{30});
}

}  // namespace
}  // namespace headgate::assembly
