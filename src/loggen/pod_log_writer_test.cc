#include "loggen/pod_log_writer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "local/posix_disk.h"

namespace headgate::loggen {
namespace {

constexpr Timestamp kMoment{1'756'553'221'000'000'000};  // 2025-08-30T11:27:01Z

// gzread also reads files that are not compressed.
std::string content_of(const std::filesystem::path& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  std::array<char, 4096> buffer;
  for (int taken = 1; taken > 0;) {
    taken = gzread(file, buffer.data(), buffer.size());
    EXPECT_GE(taken, 0) << path;
    if (taken > 0) content.append(buffer.data(), static_cast<std::size_t>(taken));
  }
  EXPECT_EQ(gzclose(file), Z_OK) << path;
  return content;
}

class PodLogs : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        testing::TempDir() + "pod-logs-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    Chance chance(3);
    fleet_ = make_fleet({.tenants = 1, .applications = 1, .pods = 1, .containers = 2}, chance).value();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  PodLogWriter writer(RotationOptions rotation = {}) {
    return PodLogWriter::open(disk_, fleet_, {.directory = directory_, .rotation = rotation}).value();
  }
  std::filesystem::path log_directory(std::size_t container) const {
    return std::filesystem::path(directory_) / directory_of(fleet_.pods[0]) /
           fleet_.containers[container].name.str();
  }
  // The names in the first container's directory, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(log_directory(0))) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static void write(PodLogWriter& writer, std::string_view message, std::int64_t second) {
    ASSERT_TRUE(writer.write({.message = message, .at = kMoment + std::chrono::seconds(second)}).ok());
    ASSERT_TRUE(writer.flush().ok());
  }

  local::PosixDisk disk_;
  std::string directory_;
  Fleet fleet_;
};

TEST_F(PodLogs, LieWhereKubeletPutsThem) {
  PodLogWriter logs = writer();
  ASSERT_TRUE(logs.write({.message = "from the application", .container = 0, .at = kMoment}).ok());
  ASSERT_TRUE(
      logs.write({.message = "from the sidecar", .container = 1, .stream = Stream::Stderr, .at = kMoment})
          .ok());
  ASSERT_TRUE(logs.flush().ok());
  EXPECT_EQ(content_of(log_directory(0) / "0.log"), "2025-08-30T11:27:01Z stdout F from the application\n");
  EXPECT_EQ(content_of(log_directory(1) / "0.log"), "2025-08-30T11:27:01Z stderr F from the sidecar\n");
  EXPECT_EQ(logs.bytes(), 98u);
}

TEST_F(PodLogs, GoOnInANewFileWhenTheContainerStartsAgain) {
  {
    PodLogWriter first = writer();
    write(first, "before", 0);
  }
  PodLogWriter second = writer();
  write(second, "after", 1);
  EXPECT_EQ(names(), (std::vector<std::string>{"0.log", "1.log"}));
  EXPECT_EQ(content_of(log_directory(0) / "0.log"), "2025-08-30T11:27:01Z stdout F before\n");
  EXPECT_EQ(content_of(log_directory(0) / "1.log"), "2025-08-30T11:27:02Z stdout F after\n");
}

TEST_F(PodLogs, AreRotatedByRenamingAndCompressedOneRotationLater) {
  PodLogWriter logs = writer({.bytes = 1, .files = 5});
  write(logs, "one", 0);
  EXPECT_EQ(names(), (std::vector<std::string>{"0.log", "0.log.20250830-112701"}));
  EXPECT_EQ(content_of(log_directory(0) / "0.log"), "");
  write(logs, "two", 1);
  EXPECT_EQ(names(),
            (std::vector<std::string>{"0.log", "0.log.20250830-112701.gz", "0.log.20250830-112702"}));
  EXPECT_EQ(content_of(log_directory(0) / "0.log.20250830-112701.gz"), "2025-08-30T11:27:01Z stdout F one\n");
  EXPECT_EQ(content_of(log_directory(0) / "0.log.20250830-112702"), "2025-08-30T11:27:02Z stdout F two\n");
  EXPECT_EQ(logs.rotations(), 2u);
}

TEST_F(PodLogs, KeepNoMoreFilesThanAsked) {
  PodLogWriter logs = writer({.bytes = 1, .files = 3});
  for (int second = 0; second < 10; ++second) write(logs, std::to_string(second), second);
  EXPECT_EQ(names(),
            (std::vector<std::string>{"0.log", "0.log.20250830-112709.gz", "0.log.20250830-112710"}));
}

TEST_F(PodLogs, LoseNoLineAcrossRotations) {
  PodLogWriter logs = writer({.bytes = 4000, .files = 1000});
  std::string expected;
  Framer framer(Framing::Cri);
  for (int line = 0; line < 3000; ++line) {
    const std::string message = "line " + std::to_string(line);
    const Line written{.message = message, .at = kMoment + std::chrono::milliseconds(line * 20)};
    framer.append(written, expected);
    ASSERT_TRUE(logs.write(written).ok());
    if (line % 50 == 0) {
      ASSERT_TRUE(logs.flush().ok());
    }
  }
  ASSERT_TRUE(logs.flush().ok());
  std::string found;
  std::vector<std::string> files = names();
  std::rotate(files.begin(), files.begin() + 1, files.end());  // 0.log is the newest
  EXPECT_GT(files.size(), 20u);
  for (const std::string& name : files) found += content_of(log_directory(0) / name);
  EXPECT_EQ(found, expected);
}

TEST_F(PodLogs, AreNotRotatedTwiceInOneSecond) {
  PodLogWriter logs = writer({.bytes = 1, .files = 5});
  write(logs, "one", 0);
  write(logs, "two", 0);
  write(logs, "three", 0);
  EXPECT_EQ(names(), (std::vector<std::string>{"0.log", "0.log.20250830-112701"}));
  EXPECT_EQ(content_of(log_directory(0) / "0.log"),
            "2025-08-30T11:27:01Z stdout F two\n2025-08-30T11:27:01Z stdout F three\n");
}

TEST_F(PodLogs, SayWhyTheyCannotBeWritten) {
  std::ofstream(directory_) << "a file where a directory should be";
  const Result<PodLogWriter> opened =
      PodLogWriter::open(disk_, fleet_, {.directory = directory_, .rotation = {}});
  ASSERT_FALSE(opened.ok());
  EXPECT_TRUE(opened.error().what.starts_with("output: ")) << opened.error().what;
}

}  // namespace
}  // namespace headgate::loggen
