#include "collect/tail/relation.h"

#include <gtest/gtest.h>

#include <vector>

namespace headgate::collect {
namespace {

const LogFileName kWritten{.restart = 0};
const LogFileName kFirst{.restart = 0, .rotated_at = "20250830-112701"};
const LogFileName kSecond{.restart = 0, .rotated_at = "20250830-112801"};
const LogFileName kFirstGzip{.restart = 0, .rotated_at = "20250830-112701", .is_gzip = true};
const LogFileName kSecondGzip{.restart = 0, .rotated_at = "20250830-112801", .is_gzip = true};
const LogFileName kNextRun{.restart = 1};

const char* name_of(Relation relation) {
  switch (relation) {
    case Relation::None:
      return "None";
    case Relation::Same:
      return "Same";
    case Relation::Archive:
      return "Archive";
    case Relation::Copy:
      return "Copy";
    case Relation::Continuation:
      return "Continuation";
  }
  return "";
}

struct RelationCase {
  const char* what;
  KnownFile known;
  OpenedFile opened;
  Relation expected;
};

class RelationOf : public testing::TestWithParam<RelationCase> {};

TEST_P(RelationOf, AFileThatIsOpenedToOneThatIsKnown) {
  const RelationCase& one = GetParam();
  EXPECT_STREQ(name_of(relation(one.known, one.opened)), name_of(one.expected)) << one.what;
}

INSTANTIATE_TEST_SUITE_P(
    Unrelated, RelationOf,
    testing::Values(
        RelationCase{"other content", {kFirst, "aaa"}, {kSecond, "bbb"}, Relation::None},
        RelationCase{
            "the same beginning, then other content", {kFirst, "aab"}, {kSecond, "aac"}, Relation::None},
        RelationCase{"the same content in another run", {kWritten, "aaa"}, {kNextRun, "aaa"}, Relation::None},
        RelationCase{"a known file that is empty", {kFirst, ""}, {kSecond, "aaa"}, Relation::None},
        RelationCase{"an opened file that is empty", {kFirst, "aaa"}, {kSecond, ""}, Relation::None},
        RelationCase{"two empty files", {kFirst, ""}, {kFirstGzip, ""}, Relation::None},
        RelationCase{"the file that is written has less than a copy of another",
                     {kWritten, "aa"},
                     {kFirst, "aaa"},
                     Relation::None},
        RelationCase{"the file that is written has less than a rotated one",
                     {kFirst, "aaa"},
                     {kWritten, "aa"},
                     Relation::None},
        RelationCase{"a truncated file, and one with less, that is written",
                     {.name = kFirst, .first_bytes = "aaa", .is_truncated = true},
                     {kWritten, "aa"},
                     Relation::None}));

INSTANTIATE_TEST_SUITE_P(
    Archives, RelationOf,
    testing::Values(
        RelationCase{"gzipped under the same name", {kFirst, "aaa"}, {kFirstGzip, "aaa"}, Relation::Archive},
        RelationCase{"gzipped, and the known file had grown meanwhile",
                     {kFirst, "aaab"},
                     {kFirstGzip, "aaa"},
                     Relation::Archive},
        RelationCase{
            "gzipped, and has more than was known", {kFirst, "aaa"}, {kFirstGzip, "aaab"}, Relation::Archive},
        RelationCase{"gzipped under another name, and the known file is gone",
                     {.name = kFirst, .first_bytes = "aaa", .is_missing = true},
                     {kSecondGzip, "aaa"},
                     Relation::Archive},
        RelationCase{"renamed and gzipped between two listings",
                     {.name = kWritten, .first_bytes = "aaa", .is_missing = true},
                     {kFirstGzip, "aaa"},
                     Relation::Archive},
        RelationCase{"gzipped under another name, and the known file is there",
                     {kFirst, "aaa"},
                     {kSecondGzip, "aaa"},
                     Relation::Continuation},
        RelationCase{"a later archive of an archive",
                     {kFirstGzip, "aaa"},
                     {kSecondGzip, "aaa"},
                     Relation::Continuation},
        RelationCase{
            "an earlier archive of an archive", {kSecondGzip, "aaa"}, {kFirstGzip, "aaa"}, Relation::Same}));

INSTANTIATE_TEST_SUITE_P(
    CopiesOfATruncatedFile, RelationOf,
    testing::Values(RelationCase{"a copy",
                                 {.name = kWritten, .first_bytes = "aaa", .is_truncated = true},
                                 {kFirst, "aaa"},
                                 Relation::Copy},
                    RelationCase{"a copy with lines that were not read",
                                 {.name = kWritten, .first_bytes = "aaa", .is_truncated = true},
                                 {kFirst, "aaabbb"},
                                 Relation::Copy},
                    RelationCase{
                        "a gzipped copy",
                        {.name = kWritten, .first_bytes = "aaa", .is_truncated = true, .is_missing = true},
                        {kFirstGzip, "aaa"},
                        Relation::Copy},
                    RelationCase{"a copy that is only begun",
                                 {.name = kWritten, .first_bytes = "aaa", .is_truncated = true},
                                 {kFirst, "aa"},
                                 Relation::Same},
                    RelationCase{"the copy of another file",
                                 {.name = kWritten, .first_bytes = "aaa", .is_truncated = true},
                                 {kFirst, "bbb"},
                                 Relation::None}));

INSTANTIATE_TEST_SUITE_P(
    CopiesOfAFileThatIsThere, RelationOf,
    testing::Values(
        RelationCase{
            "the same content under a later name", {kFirst, "aaa"}, {kSecond, "aaa"}, Relation::Continuation},
        RelationCase{
            "the same content under an earlier name", {kSecond, "aaa"}, {kFirst, "aaa"}, Relation::Same},
        RelationCase{
            "a copy of the file that is written", {kWritten, "aaa"}, {kFirst, "aaa"}, Relation::Same},
        RelationCase{"the file that is written, known by its copy",
                     {kFirst, "aaa"},
                     {kWritten, "aaa"},
                     Relation::Continuation},
        RelationCase{
            "longer than the copy that is known", {kFirst, "aa"}, {kSecond, "aaa"}, Relation::Continuation},
        RelationCase{
            "longer, under an earlier name", {kSecond, "aa"}, {kFirst, "aaa"}, Relation::Continuation},
        RelationCase{"a copy that is begun, of the file that is written",
                     {kWritten, "aaa"},
                     {kFirst, "aa"},
                     Relation::Same},
        RelationCase{
            "a copy that is begun, of a rotated file", {kFirst, "aaa"}, {kSecond, "aa"}, Relation::Same}));

SeenFile listed(const LogFileName& name, std::uint64_t inode) {
  return {.name = name, .stat = {.id = {.device = 1, .inode = inode}}};
}

struct IdentityCase {
  const char* what;
  FileIdentity known;
  SeenFile listed;
  bool expected;
};

TEST(SameFile, IsToldByInodeAndOfAClosedFileByNameToo) {
  const FileId id{.device = 1, .inode = 7};
  const FileId archive{.device = 1, .inode = 8};
  const std::vector<IdentityCase> cases = {
      {"as before", {.id = id, .name = kWritten, .is_open = true}, listed(kWritten, 7), true},
      {"renamed while open", {.id = id, .name = kWritten, .is_open = true}, listed(kFirst, 7), true},
      {"closed, the same name", {.id = id, .name = kFirst}, listed(kFirst, 7), true},
      {"closed, another name: the inode may be another file's by now",
       {.id = id, .name = kFirst},
       listed(kSecond, 7),
       false},
      {"closed, another run", {.id = id, .name = kWritten}, listed(kNextRun, 7), false},
      {"another inode under the same name",
       {.id = id, .name = kWritten, .is_open = true},
       listed(kWritten, 9),
       false},
      {"plain before, gzipped now",
       {.id = id, .name = kFirst, .is_open = true},
       listed(kFirstGzip, 7),
       false},
      {"truncated: the file at its inode is another one",
       {.id = id, .name = kWritten, .is_truncated = true},
       listed(kWritten, 7),
       false},
      {"its archive",
       {.id = id, .name = kFirst, .is_open = true, .archive = archive},
       listed(kFirstGzip, 8),
       true},
      {"a plain file at its archive's inode",
       {.id = id, .name = kFirst, .is_open = true, .archive = archive},
       listed(kSecond, 8),
       false},
  };
  for (const IdentityCase& one : cases)
    EXPECT_EQ(is_same_file(one.known, one.listed), one.expected) << one.what;
}

}  // namespace
}  // namespace headgate::collect
