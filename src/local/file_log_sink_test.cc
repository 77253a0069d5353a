#include "local/file_log_sink.h"

#include <simdjson.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/recently_used.h"
#include "conformance/child_process.h"
#include "conformance/destinations.h"
#include "conformance/log_sink.h"
#include "conformance/manual_clock.h"
#include "conformance/scratch_folder.h"
#include "local/local_destinations.h"
#include "local/object_path.h"
#include "local/system_random.h"

namespace headgate::conformance {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Each line's message, by an independent reader of JSON.
std::vector<std::string> messages_in(const std::string& path) {
  std::vector<std::string> messages;
  std::istringstream lines(text_of(path));
  simdjson::dom::parser parser;
  for (std::string line; std::getline(lines, line);) {
    std::string_view message;
    std::int64_t at_ms = 0;
    const simdjson::padded_string padded(line);
    const auto document = parser.parse(padded);
    CHECK(document["message"].get(message) == simdjson::SUCCESS);
    CHECK(document["timestamp"].get(at_ms) == simdjson::SUCCESS);
    messages.emplace_back(message);
  }
  return messages;
}

struct FilesFixture {
  static constexpr bool kRejectsByAge = false;
  LogSink& sink() { return sink_; }
  std::int64_t now_ms() { return clock_.now().milliseconds(); }
  Deadline soon() { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Deadline passed() { return Deadline{clock_.steady()}; }
  std::string path(const LogGroup& group, const LogStream& stream) {
    return folder_.at("logs/" + local::encode_file_name(group.view()) + '/' +
                      local::encode_file_name(stream.view()) + ".ndjson");
  }
  std::vector<std::string> messages(const LogGroup& group, const LogStream& stream) {
    return messages_in(path(group, stream));
  }

  local::FileLogSink::Options options_;
  ManualClock clock_;
  ScratchFolder folder_;
  local::AppendFiles files_{4};
  local::FileLogSink sink_{clock_, files_, folder_.at("logs"), options_};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Files, LogSinkConformance, FilesFixture);

struct AgedFilesFixture : FilesFixture {
  static constexpr bool kRejectsByAge = true;
  LogSink& sink() { return aged_; }
  local::FileLogSink aged_{clock_,
                           files_,
                           folder_.at("logs"),
                           {.syncing = local::Syncing::Yes,
                            .too_old_after = std::chrono::hours{14 * 24},
                            .too_new_after = std::chrono::hours{2}}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(AgedFiles, LogSinkConformance, AgedFilesFixture);

struct LocalDestinationsFixture {
  Destinations& destinations() { return destinations_; }
  TenantConfiguration cloudwatch(const std::string& tenant) {
    TenantConfiguration configuration;
    configuration.tenant = TenantId(tenant);
    configuration.type = DestinationName("cloudwatch");
    return configuration;
  }
  TenantConfiguration s3(const std::string& tenant) {
    TenantConfiguration configuration;
    configuration.tenant = TenantId(tenant);
    configuration.type = DestinationName("s3");
    configuration.bucket_name = tenant + "-logs";
    return configuration;
  }
  std::int64_t now_ms() { return clock_.now().milliseconds(); }
  Deadline soon() { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Deadline passed() { return Deadline{clock_.steady()}; }

  ManualClock clock_;
  local::SystemRandom random_;
  ScratchFolder folder_;
  local::LocalDestinations destinations_{clock_, random_, folder_.path(), {}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Local, DestinationsConformance, LocalDestinationsFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

using conformance::ChildProcess;
using conformance::Reports;

class FileLogSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(deps_.sink().create_group(group_, deps_.soon()).ok());
    ASSERT_TRUE(deps_.sink().create_stream(group_, stream_, deps_.soon()).ok());
  }
  Result<RejectedEvents> put(const std::string& message, const LogStream& stream) {
    const std::vector<LogEvent> events = {{deps_.now_ms(), message}};
    return deps_.sink().put_events(group_, stream, events, deps_.soon());
  }
  std::string path() { return deps_.path(group_, stream_); }

  const LogGroup group_{"/headgate/team-a"};
  const LogStream stream_{"pod"};
  conformance::FilesFixture deps_;
};

TEST_F(FileLogSinkTest, AnEventIsALineOfJson) {
  const std::vector<LogEvent> events = {{-1, "a \"b\""}, {1'756'553'221'564, "c"}};
  EXPECT_EQ(deps_.sink().put_events(group_, stream_, events, deps_.soon()).error().fault, Fault::Invalid);
  ASSERT_TRUE(deps_.sink().put_events(group_, stream_, std::span(events).last(1), deps_.soon()).ok());
  EXPECT_EQ(conformance::text_of(path()), "{\"timestamp\":1756553221564,\"message\":\"c\"}\n");
  EXPECT_TRUE(path().ends_with("/logs/%2Fheadgate%2Fteam-a/pod.ndjson"));
}

TEST_F(FileLogSinkTest, RefusesNamesAndMessagesThatTheServiceWould) {
  EXPECT_EQ(deps_.sink().create_group(LogGroup(), deps_.soon()).error().fault, Fault::Invalid);
  EXPECT_EQ(deps_.sink().create_stream(group_, LogStream(), deps_.soon()).error().fault, Fault::Invalid);
  EXPECT_EQ(put("x", LogStream()).error().fault, Fault::Invalid);
  EXPECT_EQ(put("not UTF-8: \xff", stream_).error().fault, Fault::Invalid);
  EXPECT_EQ(conformance::text_of(path()), "");
}

TEST_F(FileLogSinkTest, ALineThatACrashToreIsCutOff) {
  ASSERT_TRUE(put("whole", stream_).ok());
  for (const std::string& torn : {std::string("{\"timestamp\":17565532"), std::string(100'000, 'x')}) {
    std::ofstream(path(), std::ios::app) << torn;
    AppendFiles files(4);  // as after a restart
    FileLogSink sink(deps_.clock_, files, deps_.folder_.at("logs"), {});
    const std::vector<LogEvent> events = {{deps_.now_ms(), "next"}};
    ASSERT_TRUE(sink.put_events(group_, stream_, events, deps_.soon()).ok());
  }
  const std::vector<std::string> expected = {"whole", "next", "next"};
  EXPECT_EQ(deps_.messages(group_, stream_), expected);
}

TEST_F(FileLogSinkTest, EmptiesATornFileAndLeavesAForeignOneAlone) {
  std::ofstream(path()) << "{\"time";
  ASSERT_TRUE(put("next", stream_).ok());
  EXPECT_EQ(deps_.messages(group_, stream_), std::vector<std::string>{"next"});
  const LogStream strange("strange");
  std::ofstream(deps_.path(group_, strange)) << std::string(AppendFile::kTornBytesMax + 8192, 'x');
  EXPECT_EQ(put("next", strange).error().fault, Fault::Invalid);
}

TEST_F(FileLogSinkTest, ABatchThatAFullDiskRefusesLeavesNothing) {
  ChildProcess child([&](const Reports&) {
    if (!put("whole", stream_).ok()) return 1;
    conformance::limit_file_bytes(5000);
    const auto refused = put(std::string(6000, 'x'), stream_);
    if (refused.ok() || refused.error().fault != Fault::Retry) return 2;
    if (deps_.messages(group_, stream_).size() != 1) return 3;
    conformance::limit_file_bytes(0);
    return put("again", stream_).ok() ? 0 : 4;
  });
  EXPECT_EQ(child.wait(), 0);
  const std::vector<std::string> expected = {"whole", "again"};
  EXPECT_EQ(deps_.messages(group_, stream_), expected);
}

TEST_F(FileLogSinkTest, ADeletedFileIsNotFoundUntilItIsMadeAgain) {
  ASSERT_TRUE(put("lost with the file", stream_).ok());
  ASSERT_EQ(::unlink(path().c_str()), 0);
  EXPECT_EQ(put("text", stream_).error().fault, Fault::NotFound);
  EXPECT_EQ(put("text", stream_).error().fault, Fault::NotFound);
  ASSERT_TRUE(deps_.sink().create_stream(group_, stream_, deps_.soon()).ok());
  ASSERT_TRUE(put("text", stream_).ok());
  EXPECT_EQ(deps_.messages(group_, stream_), std::vector<std::string>{"text"});
}

TEST_F(FileLogSinkTest, KeepsFewFilesOpenWhateverTheNumberOfStreams) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) {
      const LogStream stream("pod-" + std::to_string(i));
      ASSERT_TRUE(deps_.sink().create_stream(group_, stream, deps_.soon()).ok());
      ASSERT_TRUE(put("round " + std::to_string(round), stream).ok());
      EXPECT_LE(deps_.files_.open_count(), 4U);
    }
  }
  const std::vector<std::string> expected = {"round 0", "round 1"};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(deps_.messages(group_, LogStream("pod-" + std::to_string(i))), expected);
  }
}

TEST_F(FileLogSinkTest, ThreadsNeverTearEachOthersBatches) {
  constexpr int kBatches = 50;
  {
    std::vector<std::jthread> writers;
    writers.reserve(4);
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        const std::string message(1000, static_cast<char>('a' + writer));
        const std::vector<LogEvent> events(10, LogEvent{deps_.now_ms(), message});
        for (int i = 0; i < kBatches; ++i) {
          // Streams of their own between, so that files are closed and opened under the others' hands.
          const LogStream other("other-" + std::to_string(writer) + std::to_string(i % 7));
          EXPECT_TRUE(deps_.sink().create_stream(group_, other, deps_.soon()).ok());
          EXPECT_TRUE(deps_.sink().put_events(group_, other, events, deps_.soon()).ok());
          EXPECT_TRUE(deps_.sink().put_events(group_, stream_, events, deps_.soon()).ok());
        }
      });
    }
  }
  const std::vector<std::string> messages = deps_.messages(group_, stream_);
  ASSERT_EQ(messages.size(), 4U * 10U * kBatches);
  for (std::size_t i = 0; i < messages.size(); i += 10) {
    for (std::size_t j = i; j < i + 10; ++j) ASSERT_EQ(messages[j], messages[i]);
  }
}

TEST(RecentlyUsed, DropsWhatWasIdleLongestAndNeverWhatIsInUse) {
  RecentlyUsed<int> numbers(2);
  const auto at_work = std::make_shared<int>(1);
  numbers.keep("at work", at_work);
  for (int i = 2; i < 5; ++i) numbers.keep(std::to_string(i), std::make_shared<int>(i));
  EXPECT_EQ(numbers.find("at work"), at_work);
  EXPECT_EQ(numbers.find("2"), nullptr);
  EXPECT_EQ(numbers.find("3"), nullptr);
  EXPECT_EQ(numbers.size(), 2U);
  ASSERT_NE(numbers.find("4"), nullptr);
  numbers.forget("4");
  EXPECT_EQ(numbers.find("4"), nullptr);
}

TEST(LocalDestinations, LieUnderTheRootByTenantRegionAndBucket) {
  conformance::LocalDestinationsFixture deps;
  TenantConfiguration configuration = deps.cloudwatch("../team");
  for (const std::string region : {"", "eu-west-1", "../.."}) {
    configuration.target_region = region;
    const auto sink = deps.destinations().log_sink(configuration, deps.soon());
    ASSERT_TRUE(sink.ok() && sink.value()->create_group(LogGroup("g"), deps.soon()).ok());
  }
  const std::string tenant = deps.folder_.at("cloudwatch/%2E.%2Fteam/");
  for (const std::string folder : {"local/g", "eu-west-1/g", "%2E.%2F../g"}) {
    EXPECT_TRUE(std::filesystem::is_directory(tenant + folder)) << folder;
  }
  ASSERT_TRUE(deps.destinations().bucket(deps.s3("team"), deps.soon()).ok());
  EXPECT_TRUE(std::filesystem::is_directory(deps.folder_.at("s3/team-logs")));
}

TEST(LocalDestinations, RefusesConfigurationsWithoutTenantOrWithABadBucket) {
  conformance::LocalDestinationsFixture deps;
  EXPECT_EQ(deps.destinations().log_sink({}, deps.soon()).error().fault, Fault::Invalid);
  TenantConfiguration configuration = deps.s3("team");
  for (const std::string bucket : {"", "..", "a/b", ".headgate"}) {
    configuration.bucket_name = bucket;
    const auto refused = deps.destinations().bucket(configuration, deps.soon());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::Invalid);
    EXPECT_NE(refused.error().what.find("bucket_name"), std::string::npos);
  }
}

TEST(LocalDestinations, TenantsThatShareABucketShareItsStore) {
  conformance::LocalDestinationsFixture deps;
  TenantConfiguration other = deps.s3("team-b");
  other.bucket_name = deps.s3("team-a").bucket_name;
  EXPECT_EQ(deps.destinations().bucket(deps.s3("team-a"), deps.soon()).value(),
            deps.destinations().bucket(other, deps.soon()).value());
}

}  // namespace
}  // namespace headgate::local
