#include "collect/tail/link_rotations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace headgate::collect {
namespace {

class TextFile : public ReadableFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (offset >= text_.size()) return std::size_t{0};
    const std::string_view rest = std::string_view(text_).substr(static_cast<std::size_t>(offset));
    const std::size_t bytes = std::min(rest.size(), into.size());
    std::copy_n(rest.data(), bytes, into.data());
    return bytes;
  }
  Result<FileStat> stat() override { return FileStat{.bytes = text_.size()}; }

 private:
  const std::string text_;
};

// What is beside "abc.log", by name: inode, text, time.
struct Beside {
  std::string name;
  std::uint64_t inode = 0;
  std::string text;
  std::int64_t modified_ns = 0;
};

class Folder : public LinkedFiles {
 public:
  explicit Folder(std::vector<Beside> files) : files_(std::move(files)) {}
  Result<std::vector<FileBeside>> beside_target(const std::string& path) override {
    EXPECT_EQ(path, "0.log");
    std::vector<FileBeside> beside;
    for (const Beside& file : files_) {
      beside.push_back(
          {.name = file.name,
           .stat = {.id = {1, file.inode}, .bytes = file.text.size(), .modified_ns = file.modified_ns},
           .file = std::make_unique<TextFile>(file.text)});
    }
    return beside;
  }

 private:
  const std::vector<Beside> files_;
};

TEST(LinkRotations, CountsTheFilesThatCameBetween) {
  const struct {
    const char* what;
    std::vector<Beside> beside;
    std::uint64_t files;
    std::uint64_t bytes;
  } rows[] = {
      {"rotated once", {{"abc.log.1", 7, "before", 10}}, 0, 0},
      {"rotated once, older ones are kept",
       {{"abc.log.1", 7, "before", 10}, {"abc.log.2", 6, "older", 9}, {"abc.log.3", 5, "oldest", 8}},
       0,
       0},
      {"rotated once, and an older one was only just written to",
       {{"abc.log.1", 7, "before", 10}, {"abc.log.2", 6, "older", 11}},
       0,
       0},
      {"rotated twice", {{"abc.log.1", 8, "between", 12}, {"abc.log.2", 7, "before", 10}}, 1, 7},
      {"rotated three times",
       {{"abc.log.10", 3, "older", 5},
        {"abc.log.3", 7, "before", 10},
        {"abc.log.1", 9, "later", 13},
        {"abc.log.2", 8, "between", 12}},
       2,
       12},
      {"rotated twice and the one of before is not kept", {{"abc.log.1", 8, "between", 12}}, 1, 7},
      {"rotated more often than files are kept",
       {{"abc.log.1", 9, "later", 13}, {"abc.log.2", 8, "between", 12}},
       2,
       12},
      {"nothing is kept", {}, 1, 0},
      {"older ones are kept, but not the one of before", {{"abc.log.4", 6, "older", 9}}, 1, 0},
      {"another file has its inode by now", {{"abc.log.1", 7, "between", 12}}, 1, 7},
      {"named by dates: once", {{"abc.log.20250830-112701", 7, "before", 10}}, 0, 0},
      {"named by dates: twice",
       {{"abc.log.20250830-112701", 7, "before", 10},
        {"abc.log.20250830-112801", 8, "between", 12},
        {"abc.log.20250830-112601", 6, "older", 9}},
       1,
       7},
      {"named by days",
       {{"abc.log.20250830", 7, "before", 10}, {"abc.log.20250831", 8, "between", 12}},
       1,
       7},
  };
  for (const auto& row : rows) {
    Folder folder(row.beside);
    const auto lost = lost_behind_link(
        folder, "0.log", {.id = {1, 7}, .fingerprint = Fingerprint::of("before"), .modified_ns = 10});
    ASSERT_TRUE(lost.ok()) << row.what;
    EXPECT_EQ(lost->files, row.files) << row.what;
    EXPECT_EQ(lost->bytes, row.bytes) << row.what;
  }
}

TEST(LinkRotations, OfAFileThatIsNotOpenWhatWasNotReadCountsToo) {
  Folder folder({{"abc.log.1", 7, "before", 10}});
  BehindLinkBefore before{
      .id = {1, 7}, .fingerprint = Fingerprint::of("before"), .modified_ns = 10, .read_to = 6};
  EXPECT_EQ(lost_behind_link(folder, "0.log", before)->files, 0U);
  before.read_to = 2;
  const auto lost = lost_behind_link(folder, "0.log", before);
  EXPECT_EQ(lost->files, 1U);
  EXPECT_EQ(lost->bytes, 4U);
}

TEST(LinkRotations, KnowsTheNumbersOfRotatedFiles) {
  EXPECT_EQ(rotation_number("abc-json.log.1"), 1U);
  EXPECT_EQ(rotation_number("abc-json.log.12.gz"), 12U);
  for (const char* name : {"abc-json.log", "abc", "abc.log.", "abc.log.gz", "abc.log.1x", "abc.log.-1",
                           "abc.log.20250830", "abc.log.99999999999999999999"}) {
    EXPECT_EQ(rotation_number(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace headgate::collect
