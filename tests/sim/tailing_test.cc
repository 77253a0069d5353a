// What becomes of a container's log files, one behaviour at a time.
#include "sim/tailing.h"

#include "collect/collector.h"
#include "sim/sim_clock.h"

namespace headgate::collect {
namespace {

TEST_F(Tailing, ResumesInAFileThatWasGzippedDuringADowntime) {
  write(line("one") + line("two"));
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  tail_.reset();
  write(line("three"));
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  write(line("four"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"three", "four"}));
}

TEST_F(Tailing, DecompressesNoFileAgainThatWasReadToItsEnd) {
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  tail_.reset();
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  start_agent();
  bytes_read_ = 0;
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(bytes_read_, 0U);
  EXPECT_EQ(tail_->files().open_files(), 0U);
  EXPECT_FALSE(tail_->files().has_unread());
}

TEST_F(Tailing, KnowsAGzippedFileWhoseInodeNumberWasUsedAgain) {
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  tail_.reset();
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  write(line("two"));  // gets the number of the file that is gone
  start_agent();
  EXPECT_EQ(collect(), Texts{"two"});
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, ReadsAGzippedFileItNeverSawFromItsBegin) {
  write(line("one"), kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  write(line("two"));
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  EXPECT_EQ(decompressors_.open, 0U);
}

TEST_F(Tailing, ReadsAnOpenFileToItsEndThoughItIsGzipped) {
  write(line("one"));
  look();
  write(line("two"));
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  disk_.runtime_remove(kLog + ".20250830-112701.gz");
  look();
  look();
  read();
  EXPECT_TRUE(tail_->files().is_done());
}

TEST_F(Tailing, DeliversWhatCanBeReadOfADamagedGzipAndCountsItOnce) {
  std::string text;
  for (int number = 0; number < 5000; ++number) text += line("line " + std::to_string(number));
  write(text, kLog + ".20250830-112701");
  const std::string whole = gzipped(kLog + ".20250830-112701");
  disk_.runtime_remove(kLog + ".20250830-112701");
  write(whole.substr(0, whole.size() * 2 / 3), kLog + ".20250830-112701.gz");
  write(line("after"));
  const Texts messages = collect();
  ASSERT_GT(messages.size(), 1000U);
  EXPECT_EQ(messages[1000], "line 1000");
  EXPECT_EQ(messages.back(), "after");
  EXPECT_EQ(counts_.archives_damaged, 1U);
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(counts_.archives_damaged, 1U);
}

TEST_F(Tailing, EndsAtOnceAtAGzipThatIsNone) {
  write("these are no lines of a log\n", kLog + ".20250830-112701.gz");
  write("", kLog + ".20250830-112702.gz");
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  EXPECT_EQ(counts_.archives_damaged, 2U);
}

TEST_F(Tailing, GoesOnInAGzippedFileAfterABatchWasGivenUp) {
  std::string text;
  Texts wanted;
  for (int number = 0; number < 500; ++number) {
    wanted.push_back("line " + std::to_string(number));
    text += line(wanted.back());
  }
  write(text, kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  look();
  read();
  batch_->discard();
  tail_->rewind();
  batch_ = std::make_unique<PodBatch>(*spool_, PodBatch::Options{});
  EXPECT_EQ(collect(), wanted);
}

TEST_F(Tailing, JoinsPiecesOfBothStreamsAcrossARotation) {
  write(line("a1 ", "P") + line("b1 ", "P", "stderr") + line("a2 ", "P"));
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  write(line("b2", "F", "stderr") + line("a3"));
  EXPECT_EQ(collect(), (Texts{"b1 b2", "a1 a2 a3"}));
}

TEST_F(Tailing, DoesNotJoinRecordsAcrossAContainersRestart) {
  write(line("never ended", "P"));
  look();
  read();
  write(line("fresh"), kContainer + "/1.log");
  EXPECT_EQ(collect(), (Texts{"never ended", "fresh"}));
}

TEST_F(Tailing, ReadsWhatARestartedContainerSaysAgainByteForByte) {
  const std::string said = line("cannot start");  // with one time
  const auto log_of = [](int restart) { return kContainer + "/" + std::to_string(restart) + ".log"; };
  write(said, log_of(0));
  write(said, log_of(1));
  EXPECT_EQ(collect(), (Texts{"cannot start", "cannot start"}));
  write(said, log_of(2));
  EXPECT_EQ(collect(), Texts{"cannot start"});
  start_agent();
  write(said, log_of(3));
  EXPECT_EQ(collect(), Texts{"cannot start"});
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, TakesAnUnterminatedLastLineOnlyOnceTheFileIsOver) {
  const std::string whole = line("half a line");
  write(line("one") + whole.substr(0, whole.size() - 1));
  EXPECT_EQ(collect(), Texts{"one"});
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  write(line("two"));
  EXPECT_EQ(collect(), (Texts{"two", "half a line"}));
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, ReadsAPhysicalLineLongerThanItsBufferInMarkedParts) {
  const std::string text(9'500, 'x');
  write(line(text) + line("after"));
  const Texts messages = collect();
  std::string joined;
  for (std::size_t part = 0; part + 1 < messages.size(); ++part) joined += messages[part];
  EXPECT_EQ(joined, text);
  EXPECT_EQ(messages.size(), 11U);
  EXPECT_EQ(messages.back(), "after");
}

TEST_F(Tailing, NoticesATruncationAfterTheFileGrewBeyondTheOffset) {
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  disk_.runtime_truncate(kLog);
  write(line("two") + line("three") + line("four"));
  EXPECT_EQ(collect(), (Texts{"two", "three", "four"}));
  disk_.runtime_truncate(kLog);
  EXPECT_EQ(collect(), Texts{});
  write(line("five"));
  EXPECT_EQ(collect(), Texts{"five"});
  EXPECT_EQ(counts_.truncations, 2U);
}

TEST_F(Tailing, TakesAFileThatGotTheInodeOfAnotherForANewOne) {
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  tail_.reset();
  disk_.runtime_remove(kLog);
  write(line("two") + line("three"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"two", "three"}));
}

TEST_F(Tailing, ScansAgainIfAFileIsRenamedBeforeItIsOpened) {
  write(line("first ", "P"));
  Scan scan;
  scan_container(disk_, {}, ContainerName("main"), kContainer, scan);
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  write(line("second"));
  EXPECT_TRUE(tail_->files().see(scan.containers.front(), *checkpoints_).is_stale);
  read();
  EXPECT_EQ(collect(), Texts{"first second"});
}

TEST_F(Tailing, ReadsAFileToItsEndThatWasUnlinked) {
  write(line("one"));
  look();
  write(line("two"));
  disk_.runtime_remove(kLog);
  look();
  look();
  read();
  EXPECT_EQ(sealed(), (Texts{"one", "two"}));
  EXPECT_TRUE(tail_->files().is_done());
}

TEST_F(Tailing, SkipsWhatIsThereAtTheFirstRunIfToldTo) {
  write(line("gzipped"), kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  write(line("old"));
  Scan scan;
  scan_container(disk_, {}, ContainerName("main"), kContainer, scan);
  ASSERT_TRUE(pass_over(disk_, scan, *checkpoints_, 0).ok());
  write(line("new"));
  EXPECT_EQ(collect(), Texts{"new"});
  start_agent();
  write(line("newer"));
  EXPECT_EQ(collect(), Texts{"newer"});
}

TEST_F(Tailing, ResumesInFilesWhoseDeviceNumberChanged) {
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  tail_.reset();
  const std::string text = disk_.runtime_read(kLog);
  write("", kContainer + "/keeps-the-number");  // so that the copy is another inode
  disk_.runtime_rename(kLog, "/elsewhere");
  write(text + line("two"));
  start_agent();
  EXPECT_EQ(collect(), Texts{"two"});
}

CoveredFile covered(std::uint64_t inode, const std::string& path, std::string_view first_bytes) {
  CoveredFile file{
      .id = {.device = 1, .inode = inode}, .fingerprint = Fingerprint::of(first_bytes), .path = path};
  for (StreamPosition& stream : file.position.streams) stream.offset = first_bytes.size();
  return file;
}

TEST(Checkpoints, KeepTheNewestDeletedFilesWhileTheDirectoryExists) {
  Faults faults{FaultPlan{}};
  SimDisk disk(faults);
  Result<Checkpoints> checkpoints = Checkpoints::open(disk, kData);
  ASSERT_TRUE(checkpoints.ok() && checkpoints->is_fresh());
  for (std::uint64_t number = 1; number <= 40; ++number) {
    BatchManifest batch{.sequence = number};
    batch.covers.push_back(covered(number, kLog, "content " + std::to_string(100 + number)));
    checkpoints->confirm(batch);
  }
  using Beginnings = std::vector<std::string_view>;
  Checkpoints::Present present{.files = {FileId{.device = 1, .inode = 1}},
                               .directories = {{kContainer, Beginnings()}}};
  for (std::uint32_t scan = 0; scan < Checkpoints::kAbsencesMin; ++scan) {
    EXPECT_EQ(checkpoints->size(), 40U) << "a file may be missing from a list while it is renamed";
    checkpoints->forget_absent(present);
  }
  EXPECT_EQ(checkpoints->size(), Checkpoints::kVanishedMax + 1);
  EXPECT_NE(checkpoints->find(kLog, FileId{.device = 1, .inode = 1}, "content 101"), nullptr);
  EXPECT_NE(checkpoints->find_content(kLog, "content 140"), nullptr);
  EXPECT_EQ(checkpoints->find_content(kLog, "content 110"), nullptr);
  ASSERT_TRUE(checkpoints->store().ok());
  const Result<Checkpoints> read = Checkpoints::open(disk, kData);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->size(), Checkpoints::kVanishedMax + 1);
  EXPECT_FALSE(read->is_fresh());

  present = {};
  for (std::uint32_t scan = 0; scan < Checkpoints::kAbsencesMin; ++scan) checkpoints->forget_absent(present);
  EXPECT_EQ(checkpoints->size(), 0U) << "the pod is gone";
}

TEST(Checkpoints, TellFilesApartThatHadOneInodeAfterEachOther) {
  Faults faults{FaultPlan{}};
  SimDisk disk(faults);
  Result<Checkpoints> checkpoints = Checkpoints::open(disk, kData);
  ASSERT_TRUE(checkpoints.ok());
  for (std::uint64_t number = 1; number <= 2; ++number) {
    BatchManifest batch{.sequence = number};
    batch.covers.push_back(covered(7, kLog, number == 1 ? "the first file" : "the second"));
    checkpoints->note_sealed(batch);
  }
  const FileId id{.device = 1, .inode = 7};
  EXPECT_EQ(checkpoints->find(kLog, id, "the first file, longer now")->position.lowest_offset(), 14U);
  EXPECT_EQ(checkpoints->find(kLog, id, "the second, longer now")->position.lowest_offset(), 10U);
  EXPECT_EQ(checkpoints->find(kLog, id, "a third"), nullptr);
  EXPECT_EQ(checkpoints->find_content("/pods/other_pod_uid/main/0.log", "the second"), nullptr);
}

class KnownPods : public Kube {
 public:
  std::optional<PodFacts> pod(const PodId& /*id*/) override { return facts; }
  bool is_informed() override { return is_told; }
  std::optional<PodFacts> facts = PodFacts();
  bool is_told = true;
};

// Tells what the test says.
class ToldEvents : public FileEvents {
 public:
  Result<> watch(const std::string& directory) override {
    watched.insert(directory);
    return answer;
  }
  Changes take() override { return std::exchange(changes, {}); }
  std::set<std::string> watched;
  Result<> answer;
  Changes changes;
};

class Following : public testing::Test {
 protected:
  void SetUp() override {
    disk_.runtime_append(kLog, text_);
    CollectorOptions options{.pod_logs = "/pods", .data_directory = kData};
    options.cluster = ClusterId("c");
    options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    auto opened = Collector::open({.clock = clock_,
                                   .random = random_,
                                   .disk = disk_,
                                   .kube = pods_,
                                   .metrics = metrics_,
                                   .events = &events_},
                                  std::move(options));
    ASSERT_TRUE(opened.ok());
    collector_ = std::move(opened).value();
    turn();
  }
  void turn() {
    for (int count = 0; count < 3; ++count) ASSERT_TRUE(collector_->turn().ok());
  }
  std::uint64_t lines() { return metrics_.counter("headgate_collect_lines_total", "").value(); }

  const std::string text_ = "2025-08-30T11:27:01.000000001Z stdout F line\n";
  Faults faults_{FaultPlan{}};
  SimDisk disk_{faults_};
  sim::SimClock clock_;
  sim::SeededRandom random_{1};
  KnownPods pods_;
  Metrics metrics_;
  ToldEvents events_;
  std::unique_ptr<Collector> collector_;
};

TEST_F(Following, ReadsWhatEventsTellOfAndNothingElseBetweenScans) {
  EXPECT_EQ(lines(), 1U);
  EXPECT_TRUE(events_.watched.contains("/pods") && events_.watched.contains(kContainer));
  clock_.advance(std::chrono::seconds{2});
  disk_.runtime_append(kLog, text_);
  const std::uint64_t calls = faults_.calls();
  turn();
  EXPECT_EQ(lines(), 1U);
  EXPECT_EQ(faults_.calls(), calls) << "an idle file costs a call";
  events_.changes.directories = {{.directory = kContainer, .are_contents_changed = true}};
  turn();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(Following, LooksForNewNamesWhereEventsSaySo) {
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  disk_.runtime_append(kLog, "2025-08-30T11:27:01.000000002Z stdout F new\n");
  events_.changes.directories = {{.directory = kContainer, .are_names_changed = true}};
  turn();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(Following, LooksAtEverythingWhenEventsWereLost) {
  disk_.runtime_append(kLog, text_);
  events_.changes.is_overflown = true;
  turn();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(Following, FindsNewPodsSoonAfterTheirDirectoryAppears) {
  disk_.runtime_append("/pods/ns_other_uid/main/0.log", text_);
  events_.changes.directories = {{.directory = "/pods", .are_names_changed = true}};
  clock_.advance(std::chrono::milliseconds{1100});
  turn();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(Following, LeavesOutWhatIsNotSelectedOrExcluded) {
  const auto lines_with = [&](const char* pod, PodFacts facts) {
    pods_.facts = std::move(facts);
    disk_.runtime_append(std::string("/pods/ns_") + pod + "_uid/main/0.log", text_);
    clock_.advance(std::chrono::seconds{11});
    turn();
    return lines();
  };
  EXPECT_EQ(lines_with("selected", PodFacts()), 2U);
  EXPECT_EQ(lines_with("other", PodFacts{.is_selected = false}), 2U);
  PodFacts excluding;
  excluding.excluded_containers = {ContainerName("main")};
  EXPECT_EQ(lines_with("excluded", excluding), 2U);
}

TEST_F(Following, WaitsForTheClusterBeforeItUsesAPodsName) {
  pods_.facts.reset();
  pods_.is_told = false;
  disk_.runtime_append("/pods/ns_late_uid/main/0.log", text_);
  for (int minutes = 0; minutes < 5; ++minutes) {
    clock_.advance(std::chrono::minutes{1});
    turn();
  }
  EXPECT_EQ(lines(), 1U);
  pods_.is_told = true;
  clock_.advance(std::chrono::seconds{11});
  turn();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(Following, PollsWhereDirectoriesCannotBeWatched) {
  events_.answer = Error{Fault::Retry, "no watch is left"};
  clock_.advance(std::chrono::seconds{11});
  turn();
  disk_.runtime_append(kLog, text_);
  clock_.advance(std::chrono::milliseconds{1100});
  turn();
  EXPECT_EQ(lines(), 2U);
  EXPECT_EQ(metrics_.gauge("headgate_collect_polling", "").value(), 1);
}

TEST_F(Following, MeasuresHowFarBehindItIs) {
  disk_.runtime_append(kLog, "2025-08-30T11:27:01.0");  // not a line yet
  clock_.advance(std::chrono::seconds{11});
  turn();
  EXPECT_EQ(metrics_.gauge("headgate_collect_unread_bytes_max", "").value(), 21);
  EXPECT_NEAR(metrics_.gauge("headgate_collect_lag_seconds_max", "").value(), 11, 1);
}

}  // namespace
}  // namespace headgate::collect
