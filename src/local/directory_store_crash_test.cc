// The state of a folder store after a kill, and after several processes have used it at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "conformance/child_process.h"
#include "conformance/manual_clock.h"
#include "conformance/scratch_folder.h"
#include "local/content_hash.h"
#include "local/directory_store.h"
#include "local/object_sidecar.h"
#include "local/system_random.h"

namespace headgate::local {
namespace {

using conformance::ChildProcess;
using conformance::Reports;

class StoreCrash : public testing::Test {
 protected:
  std::unique_ptr<DirectoryStore> open() {
    auto store = DirectoryStore::open(clock_, random_, folder_.path(), BucketName("central"),
                                      DirectoryStore::MissingBucket::Create);
    CHECK(store.ok());
    return std::move(store).value();
  }
  // Writes an object whose metadata says what its bytes are. `reports` gets a message before the commit and
  // after each step.
  static bool put(ObjectStore& store, const std::string& key, PutMode mode, char letter,
                  const Reports* reports) {
    const std::string part(8192, letter);
    constexpr int kParts = 4;
    ContentHash hash;
    for (int i = 0; i < kParts; ++i) hash.add(part);
    PutOptions options;
    options.mode = mode;
    options.metadata = {{"hash", hash.hex()}};
    const auto writer = store.open_writer(ObjectKey(key), options, Deadline::never());
    if (!writer.ok()) return false;
    for (int i = 0; i < kParts; ++i) {
      if (!writer.value()->append(part).ok()) return false;
      if (reports != nullptr) reports->report();
    }
    return writer.value()->commit().ok();
  }
  // Every object that exists is whole, and is what its metadata says.
  static void expect_whole(ObjectStore& store, std::size_t count_min) {
    const Result<ObjectPage> page = store.list("", ObjectKey(), 1000, Deadline::never());
    ASSERT_TRUE(page.ok()) << page.error().what;
    EXPECT_GE(page->objects.size(), count_min);
    for (const ObjectInfo& listed : page->objects) {
      const auto reader = store.open_reader(listed.key, {}, Deadline::never());
      ASSERT_TRUE(reader.ok()) << reader.error().what;
      ContentHash hash;
      std::vector<char> buffer(65'536);
      while (const std::size_t taken = reader.value()->read(buffer).value()) hash.add({buffer.data(), taken});
      const ObjectMetadata& metadata = reader.value()->info().metadata;
      ASSERT_EQ(metadata.count("hash"), 1U) << listed.key.str();
      EXPECT_EQ(metadata.at("hash"), hash.hex()) << listed.key.str();
      EXPECT_TRUE(listed.etag.starts_with(hash.hex())) << listed.key.str();
    }
  }

  conformance::ManualClock clock_;
  SystemRandom random_;
  conformance::ScratchFolder folder_;
};

TEST_F(StoreCrash, AKillAtAnyInstantLeavesAnObjectWholeOrAbsent) {
  std::size_t stored = 0;
  for (int round = 0; round < 40; ++round) {
    ChildProcess child([&](const Reports& reports) {
      const std::unique_ptr<DirectoryStore> store = open();
      for (int i = 0; i < 1000; ++i) {
        const char letter = static_cast<char>('a' + (round + i) % 26);
        const std::string key = "c/n/round-" + std::to_string(round) + "/" + std::to_string(i);
        if (!put(*store, "c/replaced", PutMode::Replace, letter, &reports)) return 1;
        if (!put(*store, key, PutMode::OnlyIfAbsent, letter, &reports)) return 1;
        reports.report('!');
      }
      return 0;
    });
    std::size_t committed = 0;
    for (int reports = 0; reports < 1 + round % 19; ++reports)
      committed += child.await_report() == '!' ? 1 : 0;
    child.kill();
    stored += committed;
    const std::unique_ptr<DirectoryStore> store = open();
    EXPECT_TRUE(std::filesystem::is_empty(folder_.at("central/.headgate/tmp")));
    expect_whole(*store, stored);
  }
}

TEST_F(StoreCrash, AReplacementThatOnlyHasItsSidecarChangesNothing) {
  const FileIdentity old_file{.inode = 7, .bytes = 100, .modified_ns = 1000};
  const FileIdentity new_file{.inode = 8, .bytes = 100, .modified_ns = 2000};
  ObjectRecord old_record;
  old_record.file = old_file;
  old_record.etag = "old";
  ObjectRecord new_record;
  new_record.file = new_file;
  new_record.etag = "new \"quoted\"";
  new_record.metadata = {{"lines", "2"}, {"node", "a"}};
  const std::vector<ObjectRecord> records =
      decode_sidecar(encode_sidecar(std::vector<ObjectRecord>{new_record, old_record})).value();
  EXPECT_EQ(find_record(records, old_file)->etag, "old");
  EXPECT_EQ(find_record(records, new_file)->etag, "new \"quoted\"");
  EXPECT_EQ(find_record(records, new_file)->metadata, new_record.metadata);
  const FileIdentity restored{.inode = 99, .bytes = 100, .modified_ns = 1000};
  EXPECT_EQ(find_record(records, restored)->etag, "old");
  const FileIdentity edited{.inode = 8, .bytes = 101, .modified_ns = 3000};
  EXPECT_EQ(find_record(records, edited), nullptr);
}

TEST_F(StoreCrash, ProcessesThatWriteTheSameKeysNeverMixThem) {
  const auto work = [&](char letter) {
    return [this, letter](const Reports&) {
      const std::unique_ptr<DirectoryStore> store = open();
      for (int i = 0; i < 20; ++i) {
        if (!put(*store, "c/replaced", PutMode::Replace, letter, nullptr)) return 1;
        if (!put(*store, "c/once/" + std::to_string(i), PutMode::OnlyIfAbsent, letter, nullptr)) return 1;
        if (!store->remove(ObjectKey("c/once/" + std::to_string(i / 2)), Deadline::never()).ok()) return 2;
      }
      return 0;
    };
  };
  ChildProcess first(work('a'));
  ChildProcess second(work('b'));
  ChildProcess third(work('c'));
  const std::unique_ptr<DirectoryStore> store = open();
  // A reader at the same time sees one version or another, never parts of two.
  for (int i = 0; i < 200; ++i) {
    const auto reader = store->open_reader(ObjectKey("c/replaced"), {}, Deadline::never());
    if (!reader.ok()) continue;
    std::string text(65'536, ' ');
    text.resize(reader.value()->read(text).value());
    ContentHash hash;
    hash.add(text);
    const ObjectMetadata& metadata = reader.value()->info().metadata;
    ASSERT_EQ(metadata.count("hash"), 1U);
    EXPECT_EQ(metadata.at("hash"), hash.hex());
  }
  EXPECT_EQ(first.wait() + second.wait() + third.wait(), 0);
  expect_whole(*store, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.at("central/.headgate/tmp")));
}

TEST_F(StoreCrash, AFullDiskIsRetryAndLeavesNoObject) {
  ChildProcess child([&](const Reports&) {
    const std::unique_ptr<DirectoryStore> store = open();
    if (!put(*store, "before", PutMode::OnlyIfAbsent, 'a', nullptr)) return 1;
    conformance::limit_file_bytes(10'000);
    const auto writer = store->open_writer(ObjectKey("k"), {}, Deadline::never());
    Result<> outcome;
    for (int i = 0; i < 3 && outcome.ok(); ++i) outcome = writer.value()->append(std::string(8192, 'x'));
    if (outcome.ok() || outcome.error().fault != Fault::Retry) return 2;
    if (writer.value()->commit().ok()) return 3;  // an error of the caller
    if (store->head(ObjectKey("k"), Deadline::never()).ok()) return 4;
    conformance::limit_file_bytes(0);
    return put(*store, "k", PutMode::OnlyIfAbsent, 'b', nullptr) ? 0 : 5;
  });
  EXPECT_EQ(child.wait(), 0);
  expect_whole(*open(), 2);
}

}  // namespace
}  // namespace headgate::local
