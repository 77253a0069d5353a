#include "local/notifying_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "conformance/manual_clock.h"
#include "conformance/object_store.h"
#include "conformance/object_store_faults.h"
#include "conformance/scratch_folder.h"
#include "local/directory_store.h"
#include "local/sqlite_queue.h"
#include "local/system_random.h"
#include "model/notification.h"

namespace headgate::conformance {
namespace {

// A queue that refuses to send on request.
class RefusingQueue : public Queue {
 public:
  explicit RefusingQueue(Queue& queue) : queue_(queue) {}
  Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) override {
    if (is_refusing) return Error{Fault::Retry, "queue: state.db: database is locked"};
    return queue_.send(std::move(body), delay, deadline);
  }
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override {
    return queue_.receive(asked, deadline);
  }
  Result<> remove(const std::string& receipt, Deadline deadline) override {
    return queue_.remove(receipt, deadline);
  }
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                             Deadline deadline) override {
    return queue_.change_visibility(receipt, visibility, deadline);
  }
  Result<QueueDepth> depth(Deadline deadline) override { return queue_.depth(deadline); }

  bool is_refusing = false;

 private:
  Queue& queue_;
};

struct NotifyingFixture {
  static constexpr bool kCopies = true;
  NotifyingFixture() { std::filesystem::remove_all(folder_.at("absent")); }
  ObjectStore& store() { return store_; }
  ObjectStore& other_bucket() { return *other_; }
  ObjectStore& absent_bucket() { return absent_store_; }
  Deadline soon() { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Deadline passed() { return Deadline{clock_.steady()}; }
  std::unique_ptr<local::DirectoryStore> open(const std::string& bucket) {
    return local::DirectoryStore::open(clock_, random_, folder_.path(), BucketName(bucket),
                                       local::DirectoryStore::MissingBucket::Create)
        .value();
  }
  // The keys that were announced since the last call.
  std::vector<ObjectCreated> announced() {
    std::vector<ObjectCreated> all;
    while (true) {
      const auto received = queue_->receive({.visibility = std::chrono::seconds{3600}}, passed()).value();
      if (received.empty()) return all;
      for (const ReceivedMessage& message : received) {
        const Result<Notification> notification = parse_notification(message.body);
        EXPECT_TRUE(notification.ok()) << notification.error().what;
        for (const ObjectCreated& created : notification->objects) all.push_back(created);
      }
    }
  }

  ManualClock clock_;
  local::SystemRandom random_;
  ScratchFolder folder_;
  std::unique_ptr<local::SqliteQueue> queue_ =
      local::SqliteQueue::open(clock_, random_, folder_.at("state.db"), {}).value();
  RefusingQueue refusing_{*queue_};
  std::unique_ptr<local::DirectoryStore> central_ = open("central");
  std::unique_ptr<local::DirectoryStore> other_ = open("other");
  std::unique_ptr<local::DirectoryStore> absent_ = open("absent");
  local::NotifyingStore store_{clock_, random_, *central_, refusing_, {}};
  local::NotifyingStore absent_store_{clock_, random_, *absent_, refusing_, {}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Notifying, ObjectStoreConformance, NotifyingFixture);

TEST(NotifyingStore, AnnouncesWhatWasStoredWithItsSizeAndEtag) {
  NotifyingFixture deps;
  const ObjectKey key("c/n/a b/+%2F/f.json.gz");
  ASSERT_TRUE(put_object(deps.store(), key, "12345", {}, deps.soon()).ok());
  const std::vector<ObjectCreated> announced = deps.announced();
  ASSERT_EQ(announced.size(), 1U);
  EXPECT_EQ(announced[0].bucket.str(), "central");
  EXPECT_EQ(announced[0].key, key);
  EXPECT_EQ(announced[0].bytes, 5U);
  EXPECT_EQ(announced[0].etag, deps.store().head(key, deps.soon())->etag);
}

TEST(NotifyingStore, AnnouncesBySuffixAndNotWhatIsInQuarantine) {
  NotifyingFixture deps;
  for (const std::string key : {"a.json.gz", "a.json.zst", "a.json", "a.txt", "a.gz.tmp",
                                "quarantine/objects/0123456789abcdef.json", "quarantine/a/b/c/a.json.gz"}) {
    ASSERT_TRUE(put_object(deps.store(), ObjectKey(key), "x", {}, deps.soon()).ok());
  }
  std::vector<std::string> keys;
  for (const ObjectCreated& created : deps.announced()) keys.push_back(created.key.str());
  std::sort(keys.begin(), keys.end());
  const std::vector<std::string> expected = {"a.json", "a.json.gz", "a.json.zst",
                                             "quarantine/a/b/c/a.json.gz"};
  EXPECT_EQ(keys, expected);
}

TEST(NotifyingStore, ARepeatedCommitSendsTheNotificationThatFailed) {
  NotifyingFixture deps;
  const ObjectKey key("a.json.gz");
  deps.refusing_.is_refusing = true;
  EXPECT_EQ(put_object(deps.store(), key, "first", {}, deps.soon()).error().fault, Fault::Retry);
  EXPECT_TRUE(deps.announced().empty());
  deps.refusing_.is_refusing = false;
  EXPECT_EQ(put_object(deps.store(), key, "first", {}, deps.soon()).value(), PutOutcome::AlreadyThere);
  ASSERT_EQ(deps.announced().size(), 1U);
}

TEST(NotifyingStore, AnnouncesCopiesAndNothingThatWasNotCommitted) {
  NotifyingFixture deps;
  ASSERT_TRUE(put_object(*deps.other_, ObjectKey("from"), "copied", {}, deps.soon()).ok());
  ASSERT_TRUE(deps.store()
                  .copy({BucketName("other"), ObjectKey("from")}, ObjectKey("to.json"), {}, deps.soon())
                  .ok());
  {
    auto writer = deps.store().open_writer(ObjectKey("given-up.json"), {}, deps.soon());
    ASSERT_TRUE(writer.ok() && writer.value()->append("x").ok());
  }
  const std::vector<ObjectCreated> announced = deps.announced();
  ASSERT_EQ(announced.size(), 1U);
  EXPECT_EQ(announced[0].key.str(), "to.json");
  EXPECT_EQ(announced[0].bytes, 6U);
}

}  // namespace
}  // namespace headgate::conformance
