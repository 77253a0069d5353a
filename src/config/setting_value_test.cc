#include "config/setting_value.h"

#include <gtest/gtest.h>

namespace headgate::config {
namespace {

TEST(Duration, IsAWholeNumberAndAUnit) {
  const std::pair<const char*, std::int64_t> good[] = {
      {"0s", 0}, {"250ms", 250}, {"300s", 300'000}, {"5m", 300'000}, {"2h", 7'200'000}, {"7d", 604'800'000}};
  for (const auto& [text, milliseconds] : good) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->count(), milliseconds);
    EXPECT_EQ(parse_duration(duration_text(*parsed))->count(), milliseconds);
  }
  EXPECT_EQ(duration_text(Milliseconds{300'000}), "5m");
  EXPECT_EQ(duration_text(Milliseconds{90'000}), "90s");
  for (const char* text : {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "5s ", "1h30m", "5min", "0x5s",
                           "9223372036854775807d", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(text).ok()) << text;
}

TEST(Bytes, AreAWholeNumberWithOrWithoutAUnit) {
  const std::pair<const char*, std::uint64_t> good[] = {{"0", 0},
                                                        {"17", 17},
                                                        {"17B", 17},
                                                        {"64MiB", 67'108'864},
                                                        {"10GiB", 10'737'418'240},
                                                        {"1KiB", 1024},
                                                        {"1kB", 1000},
                                                        {"3TB", 3'000'000'000'000},
                                                        {"1TiB", 1'099'511'627'776}};
  for (const auto& [text, bytes] : good) {
    const auto parsed = parse_bytes(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, bytes);
    EXPECT_EQ(*parse_bytes(bytes_text(*parsed)), bytes);
  }
  EXPECT_EQ(bytes_text(67'108'864), "64MiB");
  EXPECT_EQ(bytes_text(1'000'000), "1MB");
  for (const char* text : {"", "MiB", "-1", "1.5GiB", "1 GiB", "1gib", "1G", "1mb", "18446744073709551616",
                           "9223372036854775808", "8388608TiB"})
    EXPECT_FALSE(parse_bytes(text).ok()) << text;
}

const Setting& setting_named(std::string_view key) {
  for (const Setting& setting : settings()) {
    if (setting.about.key == key) return setting;
  }
  ADD_FAILURE() << key;
  return settings().front();
}

std::string complaint_of(std::string_view key, const RawValue& raw) {
  const auto parsed = parse_setting(setting_named(key), raw);
  return parsed.ok() ? "" : parsed.error().what;
}

TEST(SettingValue, SaysWhatIsWrongAndWhatWouldBeRight) {
  struct Row {
    const char* key;
    RawValue raw;
    const char* complaint;
  };
  const Row rows[] = {
      {"log.level", "info", ""},
      {"log.level", "Info", "\"Info\" must be one of debug, info, warn, error"},
      {"collect.codec", "none", "\"none\" must be one of gzip, zstd"},
      {"process.concurrency", "2", ""},
      {"process.concurrency", "2.0", "\"2.0\" is not a whole number"},
      {"process.concurrency", "two", "\"two\" is not a whole number"},
      {"process.concurrency", "0", "\"0\" must be from 1 to 256"},
      {"process.concurrency", Strings{"2"}, "must be: integer"},
      {"process.visibility", "13h", "\"13h\" must be from 1s to 12h"},
      {"process.visibility", "300",
       "\"300\" is not a duration: write a whole number and ms, s, m, h or d, like 300s"},
      {"collect.batch.bytes_max", "1B", "\"1B\" must be from 1KiB to 4GiB"},
      {"collect.batch.bytes_max", "lots",
       "\"lots\" is not a size: write a whole number and KiB, MiB, GiB or TiB, like 64MiB"},
      {"cluster_id", "prod-eu_1.a", ""},
      {"cluster_id", "", "must have 1 to 128 letters, digits or -_. and not start with a dot"},
      {"cluster_id", "..", "must have 1 to 128 letters, digits or -_. and not start with a dot"},
      {"cluster_id", "a/b", "must have 1 to 128 letters, digits or -_. and not start with a dot"},
      {"local.root", "", "must not be empty"},
      {"metrics.listen", "", ""},
      {"metrics.listen", "off", ""},
      {"metrics.listen", "[::1]:0", ""},
      {"metrics.listen", "9600", "\"9600\" has no port: write it as 127.0.0.1:9600"},
      {"store.bucket", "Central", "may hold only lower-case letters, digits, dots and hyphens"},
      {"process.buckets", "a-1,b-2", ""},
      {"process.buckets", Strings{"a-1", "B"}, "\"B\" must have 3 to 63 characters"},
      {"process.buckets", "", "must name a bucket: no object of any other is read"},
      {"tenants.groups", "{infra: [etcd, dns], b: []}", ""},
      {"tenants.groups", StringLists{{"a", {"x"}}, {"A", {"y"}}},
       "group \"a\" exists twice; case does not matter in names of groups"},
      {"tenants.groups", "infra", "\"infra\" is not a mapping of names to lists: write {infra: [etcd, dns]}"},
      {"tenants.groups", "{infra: etcd}",
       "\"{infra: etcd}\" every group must be a name and a list, like infra: [etcd, dns]"},
  };
  for (const Row& row : rows) EXPECT_EQ(complaint_of(row.key, row.raw), row.complaint) << row.key;
}

TEST(SettingValue, NeverShowsASecret) {
  Setting secret = setting_named("local.root");
  secret.about.is_secret = true;
  secret.kind = SettingKind::Integer;
  const auto parsed = parse_setting(secret, "hunter2");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().what, "is not a whole number");
  secret.kind = SettingKind::Text;
  EXPECT_EQ(yaml_text(secret, parse_setting(secret, "hunter2").value()), "\"***\"");
}

TEST(SettingValue, SplitsListsAtCommas) {
  const auto parsed = parse_setting(setting_named("process.buckets"), " abc , def,,ghi ");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->list, (Strings{"abc", "def", "ghi"}));
}

}  // namespace
}  // namespace headgate::config
