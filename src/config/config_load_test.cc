#include "config/config_load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "config/config_print.h"

namespace headgate::config {
namespace {

// A configuration file that goes with the test.
class File {
 public:
  explicit File(std::string_view text) {
    static int count = 0;
    path = testing::TempDir() + "headgate-" + std::to_string(::getpid()) + "-" + std::to_string(++count) +
           ".yaml";
    std::ofstream(path) << text;
  }
  File(const File&) = delete;
  ~File() { ::unlink(path.c_str()); }
  std::string path;
};

std::string joined(const Strings& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string origin_of(const LoadedConfig& loaded, std::string_view key) {
  for (const EffectiveSetting& one : loaded.effective) {
    if (one.setting->about.key == key) return one.origin.where;
  }
  return "";
}

TEST(Settings, HaveDistinctNamesAndValidDefaults) {
  std::set<std::string> names;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(setting.environment_name()).second) << setting.about.key;
    EXPECT_TRUE(names.insert(setting.flag()).second) << setting.about.key;
    EXPECT_FALSE(setting.about.doc.empty()) << setting.about.key;
    EXPECT_TRUE(setting.about.doc.ends_with('.')) << setting.about.key;
    EXPECT_EQ(setting.about.doc.find_first_of("|\n"), std::string_view::npos) << setting.about.key;
    EXPECT_NE(setting.about.used_by, 0U) << setting.about.key;
    // A Service of that name in the cluster would set it.
    EXPECT_EQ(setting.environment_name().find("_PORT"), std::string::npos) << setting.about.key;
    EXPECT_FALSE(setting.environment_name().ends_with("_SERVICE_HOST")) << setting.about.key;
  }
  const LoadedConfig loaded = load_config({}, {});
  EXPECT_EQ(joined(loaded.problems), "");
  EXPECT_EQ(joined(loaded.warnings), "");
}

TEST(Settings, DefaultToWhatOneMachineNeeds) {
  const Config config = load_config({}, {}).config;
  EXPECT_EQ(config.log.level, log::Level::Info);
  EXPECT_EQ(config.log.format, LogFormat::Auto);
  EXPECT_EQ(config.metrics.listen.value().str(), "127.0.0.1:9600");
  EXPECT_EQ(config.store.root, "./headgate-data/store");
  EXPECT_EQ(config.local.state, "./headgate-data/state.db");
  EXPECT_EQ(config.local.delivered, "./headgate-data/delivered");
  EXPECT_EQ(config.collect.data_directory, "./headgate-data/collect");
  EXPECT_EQ(config.collect.pod_logs, "/var/log/pods");
  EXPECT_EQ(config.key.template_text, "{cluster_id}/{namespace}/{application}/{pod_name}/{file}");
  EXPECT_EQ(config.collect.batch.bytes_max, 64ULL << 20);
  EXPECT_EQ(config.collect.batch.age_max, std::chrono::seconds{300});
  EXPECT_EQ(config.collect.batch.open_max, 1024);
  EXPECT_EQ(config.collect.spool.bytes_max, 10ULL << 30);
  EXPECT_EQ(config.collect.codec, Codec::Gzip);
  EXPECT_EQ(config.process.buckets, std::vector<BucketName>{config.store.bucket});
  EXPECT_EQ(config.process.retry_longest, std::chrono::hours{1});
  EXPECT_EQ(config.tenants.rules, TenantRules::Auto);
  EXPECT_TRUE(config.tenants.groups.empty());
}

TEST(Config, FlagBeatsVariableBeatsFileBeatsDefault) {
  const File file(
      "collect:\n"
      "  batch: {age_max: 10s, bytes_max: 1MiB, open_max: 7}\n"
      "log: {level: warn}\n");
  const LoadedConfig loaded =
      load_config({.file = file.path, .flags = {{"collect.batch.age_max", "30s"}, {"log.level", "error"}}},
                  {{"HEADGATE_COLLECT_BATCH_AGE_MAX", "20s"},
                   {"HEADGATE_COLLECT_BATCH_BYTES_MAX", "2MiB"},
                   {"HOME", "/root"}});
  ASSERT_EQ(joined(loaded.problems), "");
  EXPECT_EQ(loaded.config.collect.batch.age_max, std::chrono::seconds{30});
  EXPECT_EQ(loaded.config.collect.batch.bytes_max, 2ULL << 20);
  EXPECT_EQ(loaded.config.collect.batch.open_max, 7);
  EXPECT_EQ(loaded.config.log.level, log::Level::Error);
  EXPECT_EQ(origin_of(loaded, "collect.batch.age_max"), "--collect.batch.age-max");
  EXPECT_EQ(origin_of(loaded, "collect.batch.bytes_max"), "HEADGATE_COLLECT_BATCH_BYTES_MAX");
  EXPECT_EQ(origin_of(loaded, "collect.batch.open_max"), file.path + ":2");
  EXPECT_EQ(origin_of(loaded, "collect.pod_logs"), "default");
  EXPECT_EQ(origin_of(loaded, "store.root"), "default, from local.root");
}

TEST(Config, TurnsTheMetricsOffWithAWordOrWithNothing) {
  for (const char* text : {"off", ""})
    EXPECT_FALSE(
        load_config({.file = "", .flags = {{"metrics.listen", text}}}, {}).config.metrics.listen.has_value());
}

TEST(Config, FindsItsFileByVariableAndByFlagFirst) {
  const File one("cluster_id: one\n");
  const File two("cluster_id: two\n");
  const Environment environment{{"HEADGATE_CONFIG", one.path}};
  EXPECT_EQ(load_config({}, environment).config.cluster_id.str(), "one");
  EXPECT_EQ(load_config({.file = two.path, .flags = {}}, environment).config.cluster_id.str(), "two");
  EXPECT_EQ(joined(load_config({.file = "/nowhere.yaml", .flags = {}}, {}).problems),
            "/nowhere.yaml: No such file or directory\n");
}

TEST(Config, MovesEverythingWithItsRoot) {
  const LoadedConfig loaded = load_config(
      {.file = "", .flags = {{"local.root", "/data"}, {"store.bucket", "other"}, {"store.root", "/s"}}}, {});
  EXPECT_EQ(loaded.config.local.state, "/data/state.db");
  EXPECT_EQ(loaded.config.local.delivered, "/data/delivered");
  EXPECT_EQ(loaded.config.collect.data_directory, "/data/collect");
  EXPECT_EQ(loaded.config.store.root, "/s");
  EXPECT_EQ(loaded.config.process.buckets, std::vector<BucketName>{BucketName("other")});
}

TEST(Config, ReportsEveryProblemOfEverySourceAtOnce) {
  const File file(
      "log:\n"
      "  levle: info\n"
      "collect:\n"
      "  codec: lzma\n"
      "  batch:\n"
      "    age_max: 300\n");
  const LoadedConfig loaded = load_config(
      {.file = file.path, .flags = {{"process.concurrency", "many"}, {"collect.batch.age_max", "1s"}}},
      {{"HEADGATE_STORE_BUCKET", "No"}});
  EXPECT_FALSE(loaded.ok());
  EXPECT_EQ(joined(loaded.problems),
            file.path + ":2: log.levle: unknown key; did you mean log.level?\n" +        //
                file.path + ":4: collect.codec: \"lzma\" must be one of gzip, zstd\n" +  //
                file.path +
                ":6: collect.batch.age_max: \"300\" is not a duration: write a whole number and ms, s, m, "
                "h or d, like 300s\n"
                "HEADGATE_STORE_BUCKET: store.bucket: must have 3 to 63 characters\n"
                "--process.concurrency: process.concurrency: \"many\" is not a whole number\n");
}

TEST(Config, TakesNoLongerRecordsThanCanBeReadBack) {
  const auto problems = [](std::map<std::string, std::string> flags) {
    return joined(load_config({.file = "", .flags = std::move(flags)}, {}).problems);
  };
  EXPECT_EQ(problems({{"collect.record_bytes_max", "2MiB"}, {"collect.multiline.bytes_max", "2MiB"}}), "");
  EXPECT_EQ(problems({{"collect.record_bytes_max", "3MiB"}}),
            "--collect.record-bytes-max: collect.record_bytes_max: \"3MiB\" must be from 1KiB to 2MiB\n");
  EXPECT_EQ(
      problems({{"collect.multiline.bytes_max", "2049KiB"}}),
      "--collect.multiline.bytes-max: collect.multiline.bytes_max: \"2049KiB\" must be from 1KiB to 2MiB\n");
}

TEST(Config, RefusesSettingsThatDoNotGoTogether) {
  const auto problems = [](std::map<std::string, std::string> flags) {
    return joined(load_config({.file = "", .flags = std::move(flags)}, {}).problems);
  };
  EXPECT_EQ(problems({{"collect.level", "10"}}), "--collect.level: collect.level: gzip has levels 0 to 9\n");
  EXPECT_EQ(problems({{"collect.level", "10"}, {"collect.codec", "zstd"}}), "");
  EXPECT_EQ(problems({{"collect.level", "0"}, {"collect.codec", "zstd"}}),
            "--collect.level: collect.level: zstd has levels 1 to 19\n");
  EXPECT_EQ(problems({{"collect.batch.bytes_max", "1KiB"}}),
            "default: collect.record_bytes_max: is more than collect.batch.bytes_max\n");
  EXPECT_EQ(problems({{"collect.spool.bytes_max", "1MiB"}}),
            "default: collect.batch.bytes_max: is more than collect.spool.bytes_max\n");
  EXPECT_EQ(problems({{"collect.overrides", "{a: [bytes_max=2KiB], b: [age_max=1s]}"}}),
            "--collect.overrides: collect.overrides: a: bytes_max is less than collect.record_bytes_max\n");
  EXPECT_EQ(problems({{"collect.overrides", "{a: [bytes_max=2MiB]}"},
                      {"collect.batch.bytes_max", "1MiB"},
                      {"collect.spool.bytes_max", "1MiB"}}),
            "--collect.overrides: collect.overrides: a: bytes_max is more than collect.spool.bytes_max\n");
  EXPECT_EQ(problems({{"process.retry_first", "2h"}}),
            "--process.retry-first: process.retry_first: is more than process.retry_longest\n");
  EXPECT_EQ(problems({{"store.kms_key", "alias/logs"}}),
            "--store.kms-key: store.kms_key: is set, and store.encryption is not kms: nothing would be "
            "encrypted with it\n");
  EXPECT_EQ(problems({{"store.kms_key", "alias/logs"}, {"store.encryption", "kms"}}), "");
  EXPECT_EQ(problems({{"store.kms_key", "not a key"}, {"store.encryption", "kms"}}),
            "--store.kms-key: store.kms_key: must be a KMS key: its id, its ARN, or alias/<name>\n");
}

TEST(Config, WarnsWhoNamesAQueueOfAwsAndKeepsAllOnThisMachine) {
  const std::string queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/headgate";
  EXPECT_EQ(
      joined(load_config({.file = "", .flags = {{"aws.queue_url", queue}}}, {}).warnings),
      "aws.queue_url is set, and store.kind is directory: nothing in AWS is used; store.kind s3 is AWS\n");
  EXPECT_EQ(
      joined(
          load_config({.file = "", .flags = {{"aws.queue_url", queue}, {"store.kind", "s3"}}}, {}).warnings),
      "");
}

TEST(Config, WarnsOfUnknownVariablesButNotOfKubernetesOwn) {
  const LoadedConfig loaded = load_config({}, {{"HEADGATE_LOG_LEVLE", "debug"},
                                               {"HEADGATE_WHATEVER", ""},
                                               {"HEADGATE_SERVICE_HOST", "10.0.0.1"},
                                               {"HEADGATE_SERVICE_PORT", "80"},
                                               {"HEADGATE_SERVICE_PORT_HTTP", "80"},
                                               {"HEADGATE_PORT", "tcp://10.0.0.1:80"},
                                               {"HEADGATE_PORT_80_TCP", "tcp://10.0.0.1:80"},
                                               {"HEADGATE_API_PORT_80_TCP_ADDR", "10.0.0.1"},
                                               {"HEADGATE_CONFIG", ""},
                                               {"headgate_log_level", "debug"},
                                               {"OTHER", ""}});
  EXPECT_EQ(joined(loaded.warnings),
            "HEADGATE_LOG_LEVLE: unknown variable, not used; did you mean HEADGATE_LOG_LEVEL?\n"
            "HEADGATE_WHATEVER: unknown variable, not used\n");
  EXPECT_EQ(joined(loaded.problems), "");
}

TEST(EffectiveYaml, ShowsValuesWithTheirOriginAndReadsBackAsTheSame) {
  const std::map<std::string, std::string> flags{{"process.buckets", "abc,def"},
                                                 {"tenants.groups", "{infra: [\"a b\", etcd], none: []}"},
                                                 {"metrics.listen", ""},
                                                 {"cluster_id", "007"},
                                                 {"local.root", "/odd \"place\": #1"},
                                                 {"collect.scan_interval", "1500ms"}};
  const LoadedConfig loaded = load_config({.file = "", .flags = flags}, {{"HEADGATE_LOG_LEVEL", "debug"}});
  ASSERT_EQ(joined(loaded.problems), "");
  const std::string yaml = effective_yaml(loaded);
  EXPECT_TRUE(
      yaml.starts_with("log:\n"
                       "  level: debug  # HEADGATE_LOG_LEVEL\n"
                       "  format: auto  # default\n"
                       "metrics:\n"
                       "  listen: \"\"  # --metrics.listen\n"
                       "  by_tenant: true  # default\n"
                       "core_dumps: false  # default\n"
                       "cluster_id: \"007\"  # --cluster-id\n"))
      << yaml;
  EXPECT_NE(yaml.find("  batch:\n    bytes_max: 64MiB  # default\n    age_max: 5m  # default\n"),
            std::string::npos);

  const File file(yaml);
  const LoadedConfig again = load_config({.file = file.path, .flags = {}}, {});
  EXPECT_EQ(joined(again.problems), "");
  ASSERT_EQ(again.effective.size(), loaded.effective.size());
  for (std::size_t at = 0; at < again.effective.size(); ++at) {
    EXPECT_EQ(again.effective[at].value, loaded.effective[at].value)
        << again.effective[at].setting->about.key;
    EXPECT_TRUE(again.effective[at].origin.where.starts_with(file.path + ":"));
  }
}

TEST(EffectiveYaml, HidesSecrets) {
  std::vector<Setting> table(settings().begin(), settings().end());
  for (Setting& setting : table) setting.about.is_secret = setting.about.key == "cluster_id";
  const LoadedConfig loaded = load_config({.file = "", .flags = {{"cluster_id", "hunter2"}}}, {}, table);
  const std::string yaml = effective_yaml(loaded);
  EXPECT_EQ(yaml.find("hunter2"), std::string::npos);
  EXPECT_NE(yaml.find("cluster_id: \"***\"  # --cluster-id\n"), std::string::npos);
  EXPECT_EQ(loaded.config.cluster_id.str(), "hunter2");
}

}  // namespace
}  // namespace headgate::config
