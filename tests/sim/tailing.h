// One container's log files over the simulated disk, and the real tail and checkpoints, for tests of one
// behaviour at a time.
#pragma once

#include <gtest/gtest.h>

#include "collect/batch/pod_batch.h"
#include "collect/tail/container_tail.h"
#include "model/compression/compressed_reader.h"
#include "model/record_reader.h"
#include "sim/gzipped.h"
#include "sim/sim_disk.h"

namespace headgate::collect {

using sim::FaultPlan;
using sim::Faults;
using sim::SimDisk;

inline constexpr const char* kData = "/data";
inline const std::string kContainer = "/pods/ns_pod_uid/main";
inline const std::string kLog = kContainer + "/0.log";
inline constexpr const char* kTime = "2025-08-30T11:27:01.";

// Lines have times of their own, as a runtime's have.
class Tailing : public testing::Test {
 protected:
  void SetUp() override {
    checkpoints_.emplace(*Checkpoints::open(disk_, kData));
    spool_.emplace(*Spool::open(disk_, {.directory = std::string(kData) + "/spool"}, 0));
    start_agent();
  }

  std::string line(std::string_view text, std::string_view tag = "F", std::string_view stream = "stdout") {
    std::string digits = std::to_string(++nanoseconds_);
    digits.insert(0, 9 - digits.size(), '0');
    return kTime + digits + "Z " + std::string(stream) + " " + std::string(tag) + " " + std::string(text) +
           "\n";
  }
  void write(std::string_view text, const std::string& path = kLog) { disk_.runtime_append(path, text); }
  std::string gzipped(const std::string& path) { return sim::gzipped(disk_.runtime_read(path)); }
  void compress(const std::string& path) {
    write(gzipped(path), path + ".gz");
    disk_.runtime_remove(path);
  }

  // A new process: only what was sealed is known.
  void start_agent() {
    tail_.emplace(disk_, decompressors_, origin_,
                  ContainerTail::Options{.record_bytes_max = 1000,
                                         .quiet_min = std::chrono::seconds{5},
                                         .record_wait_max = record_wait_max_});
    batch_ = std::make_unique<PodBatch>(*spool_, PodBatch::Options{});
  }
  void look() {
    Scan scan;
    scan_container(disk_, {}, ContainerName("main"), kContainer, scan);
    if (scan.containers.empty() || disk_.list(kContainer)->empty()) {  // there are no empty directories here
      tail_->files().see_nothing();
      return;
    }
    sight_ = tail_->files().see(scan.containers.front(), *checkpoints_);
  }
  // Reads to the end, an hour passes, and what then is over is over.
  void read() {
    for (int count = 0; count < 100; ++count) {
      const Result<ContainerTail::Read> read = tail_->read(buffer_, *batch_, now_);
      ASSERT_TRUE(read.ok()) << read.error().what;
      counts_.truncations += read->counts.truncations;
      counts_.archives_damaged += read->counts.archives_damaged;
      counts_.files_foreign += read->counts.files_foreign;
      counts_.damaged += read->counts.damaged;
      bytes_read_ += read->counts.bytes;
      if (read->must_look) look();
      if (!read->more) now_ += std::chrono::minutes{1};
    }
  }
  // Everything read since the last time, sealed.
  std::vector<std::string> sealed() {
    if (batch_->lines() == 0) return {};
    std::vector<CoveredFile> covers;
    tail_->cover(covers);
    const Result<BatchManifest> manifest =
        batch_->seal(ObjectKey("key" + std::to_string(nanoseconds_)), std::move(covers));
    EXPECT_TRUE(manifest.ok());
    tail_->commit();
    checkpoints_->note_sealed(*manifest);
    last_manifest_ = *manifest;
    batch_ = std::make_unique<PodBatch>(*spool_, PodBatch::Options{});
    Result<SealedBatch> object = open_sealed_batch(disk_, spool_->directory(), manifest->sequence);
    CompressedReader plain(*object, {});
    RecordReader records(plain, {});
    std::vector<std::string> messages;
    for (auto record = records.next(); record.ok() && *record != nullptr; record = records.next()) {
      messages.emplace_back((*record)->message);
    }
    return messages;
  }
  std::vector<std::string> collect() {
    look();
    read();
    return sealed();
  }

  using Texts = std::vector<std::string>;
  Faults faults_{FaultPlan{}};
  SimDisk disk_{faults_};
  std::optional<Checkpoints> checkpoints_;
  std::optional<Spool> spool_;
  Decompressors decompressors_;
  RecordOrigin origin_{
      .source = {.application = Application("app"), .pod = PodName("pod")},
      .frame = RecordFrame(
          {.namespace_name = "ns", .application = "app", .pod_name = "pod", .container_name = "c"})};
  std::optional<ContainerTail> tail_;
  std::unique_ptr<Batch> batch_;
  std::vector<char> buffer_ = std::vector<char>(4096);
  SteadyTime now_{std::chrono::hours{1}};
  LogFileSet::ScanResult sight_;
  std::chrono::milliseconds record_wait_max_ = std::chrono::hours{1000};
  ReadCounts counts_;
  BatchManifest last_manifest_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t nanoseconds_ = 0;
};

}  // namespace headgate::collect
