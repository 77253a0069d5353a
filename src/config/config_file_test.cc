#include "config/config_file.h"

#include <gtest/gtest.h>

namespace headgate::config {
namespace {

std::string complaints_of(std::string_view text) {
  std::string all;
  for (const FileComplaint& complaint : read_config_text(text, settings()).complaints)
    all += std::to_string(complaint.line) + " " + complaint.what + "\n";
  return all;
}

TEST(ConfigFile, GivesEveryValueWithItsLine) {
  const ConfigFile file = read_config_text(
      "# comment\n"
      "log:\n"
      "  level: \"debug\"\n"
      "collect:\n"
      "  batch:\n"
      "    age_max: 300s\n"
      "process: {buckets: [abc, def], concurrency: 3}\n"
      "tenants:\n"
      "  groups:\n"
      "    infra: [etcd, dns]\n"
      "    none: []\n"
      "store:\n",
      settings());
  EXPECT_TRUE(file.complaints.empty());
  std::string seen;
  for (const FileValue& value : file.values)
    seen += std::string(value.setting->about.key) + "@" + std::to_string(value.line) + " ";
  EXPECT_EQ(seen,
            "log.level@3 collect.batch.age_max@6 process.buckets@7 process.concurrency@7 tenants.groups@9 ");
  EXPECT_EQ(std::get<std::string>(file.values[0].raw), "debug");
  EXPECT_EQ(std::get<std::string>(file.values[1].raw), "300s");
  EXPECT_EQ(std::get<Strings>(file.values[2].raw), (Strings{"abc", "def"}));
  EXPECT_EQ(std::get<StringLists>(file.values[4].raw),
            (StringLists{{"infra", {"etcd", "dns"}}, {"none", {}}}));
}

TEST(ConfigFile, IsFineWhenItHoldsNothing) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "{}"})
    EXPECT_EQ(complaints_of(text), "") << text;
}

TEST(ConfigFile, NamesEveryMistakeAndItsLineAtOnce) {
  EXPECT_EQ(complaints_of("log:\n"
                          "  levle: debug\n"
                          "  format: [json]\n"
                          "collect: 5\n"
                          "metrics:\n"
                          "  listen:\n"
                          "colect:\n"
                          "  batch: {}\n"
                          "log:\n"
                          "  level: info\n"
                          "? [a, b]\n"
                          ": c\n"
                          "process:\n"
                          "  buckets: {a: b}\n"
                          "  concurrency: 1\n"
                          "  concurrency: 2\n"
                          "tenants:\n"
                          "  groups: {infra: etcd}\n"
                          "zzz: 1\n"),
            "2 log.levle: unknown key; did you mean log.level?\n"
            "3 log.format: must be: choice\n"
            "4 collect: is a section; its keys go below it, indented\n"
            "6 metrics.listen: has no value; leave the key out for the default\n"
            "7 colect: unknown key; did you mean collect?\n"
            "9 log: is given twice, first in line 1\n"
            "11 the file: holds a key that is not text\n"
            "14 process.buckets: must be: list of texts\n"
            "16 process.concurrency: is given twice, first in line 15\n"
            "18 tenants.groups: every group must be a name and a list, like infra: [etcd, dns]\n"
            "19 zzz: unknown key\n");
}

TEST(ConfigFile, SaysWhereItIsNoYaml) {
  EXPECT_TRUE(complaints_of("log:\n  level: [debug\n").starts_with("3 not YAML: "))
      << complaints_of("log:\n  level: [debug\n");
  EXPECT_TRUE(complaints_of("log: {level: *nobody}\n").starts_with("1 not YAML: "));
  EXPECT_EQ(complaints_of("- a\n- b\n"), "1 the file must be a mapping of keys to values\n");
  EXPECT_EQ(complaints_of("just text"), "1 the file must be a mapping of keys to values\n");
  EXPECT_EQ(complaints_of("log: {}\n---\nlog: {}\n"),
            "3 there is a second document; one file is one document\n");
}

TEST(ConfigFile, SurvivesNestingAndSelfReference) {
  EXPECT_NE(complaints_of(",og:\nfr: [abc]\n"), "");  // a comma is no document without end
  EXPECT_NE(complaints_of(","), "");
  EXPECT_NE(complaints_of(std::string(100'000, '[')), "");
  EXPECT_NE(complaints_of(std::string(100'000, '{')), "");
  EXPECT_NE(complaints_of("log: &log\n  level: *log\n"), "");
  EXPECT_NE(complaints_of("log: &log\n  log: *log\n"), "");
  EXPECT_NE(complaints_of(std::string("log: \0x", 7)), "");
}

TEST(ConfigFile, IsReadUpToALimit) {
  EXPECT_EQ(read_config_bytes("/nowhere/headgate.yaml").error().what,
            "/nowhere/headgate.yaml: No such file or directory");
  EXPECT_EQ(read_config_bytes("/dev/zero").error().what, "/dev/zero: larger than 1 MiB");
}

}  // namespace
}  // namespace headgate::config
