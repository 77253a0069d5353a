// From the spool to the store, one try at a time: the real collector and uploader over the simulated disk.
#include "collect/uploader.h"

#include "sim/collector_on_disk.h"
#include "sim/sim_store.h"

namespace headgate::collect {
namespace {

// Says what it is told to say, when a writer is opened or when it is committed; else it stores.
class MoodyStore : public sim::SimStore {
 public:
  using SimStore::SimStore;
  enum class At : std::uint8_t { Open, Append, Commit };
  void refuse_once(At at, Fault fault) { refusal_ = {at, fault}; }
  Deadline last_deadline() const { return deadline_; }

  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override {
    deadline_ = deadline;
    TRY(answer(At::Open));
    return std::unique_ptr<ObjectWriter>(
        std::make_unique<Writer>(*this, TRY(SimStore::open_writer(key, std::move(options), deadline))));
  }

 private:
  class Writer : public ObjectWriter {
   public:
    Writer(MoodyStore& store, std::unique_ptr<ObjectWriter> into) : store_(store), into_(std::move(into)) {}
    Result<> append(std::string_view bytes) override {
      TRY(store_.answer(At::Append));
      return into_->append(bytes);
    }
    Result<PutOutcome> commit() override {
      TRY(store_.answer(At::Commit));
      return into_->commit();
    }

   private:
    MoodyStore& store_;
    std::unique_ptr<ObjectWriter> into_;
  };
  Result<> answer(At at) {
    if (!refusal_ || refusal_->first != at) return {};
    const Fault fault = std::exchange(refusal_, std::nullopt)->second;
    return Error{fault, "PutObject: a code that nobody knows"};
  }

  std::optional<std::pair<At, Fault>> refusal_;
  Deadline deadline_;
};

class Uploading : public sim::CollectorOnDisk {
 protected:
  Uploading() { options_.policy.age_max = std::chrono::seconds{1}; }
  std::uint64_t seal_one(const std::vector<std::string>& messages) {
    for (const std::string& message : messages) say("ns", "web-0", message);
    if (!collector_ && !open().ok()) return 0;
    read();
    EXPECT_TRUE(collector_->seal_all().ok());
    const std::vector<std::uint64_t> sealed = collector_->take_sealed();
    EXPECT_EQ(sealed.size(), 1U);
    return sealed.at(0);
  }
  std::string path_of(std::uint64_t sequence, const std::string& suffix = ".batch") const {
    std::string digits = std::to_string(sequence);
    return std::string(kData) + "/spool/" + digits.insert(0, 16 - digits.size(), '0') + suffix;
  }
  void overwrite(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE((*disk_.create(path))->append(bytes).ok());
  }
  Result<BatchManifest> upload(std::uint64_t sequence) { return uploader_.upload(sequence); }
  double metric(const std::string& name) {
    const std::string text = metrics_.exposition();
    const std::string begin = "\n" + name + " ";
    const std::size_t at = text.find(begin);
    EXPECT_NE(at, std::string::npos) << name;
    return std::strtod(text.c_str() + at + begin.size(), nullptr);
  }

  MoodyStore store_{faults_, clock_, BucketName("central")};
  Uploader uploader_{clock_, random_,  disk_,
                     store_, metrics_, {.spool_directory = std::string(kData) + "/spool"}};
};

TEST_F(Uploading, WhatTheStoreSaysCondemnsNoBatch) {
  double refusals = 0;
  for (const auto at : {MoodyStore::At::Open, MoodyStore::At::Append, MoodyStore::At::Commit}) {
    for (const Fault fault : {Fault::Invalid, Fault::Denied, Fault::NotFound}) {
      const std::uint64_t sequence = seal_one({"one", "two"});
      store_.refuse_once(at, fault);
      const Result<BatchManifest> refused = upload(sequence);
      ASSERT_FALSE(refused.ok());
      EXPECT_NE(refused.error().fault, Fault::Invalid);
      EXPECT_EQ(metric("headgate_store_refusals_total"), ++refusals);
      EXPECT_EQ(metric("headgate_store_retries_total"), refusals);
      const Result<BatchManifest> stored = upload(sequence);
      ASSERT_TRUE(stored.ok()) << stored.error().what;
      EXPECT_EQ(store_.objects().count(stored->key), 1U);
    }
  }
}

TEST_F(Uploading, ABatchWhoseFileIsDamagedWillNeverDo) {
  const std::uint64_t sequence = seal_one({"one", "two"});
  const std::string whole = disk_.runtime_read(path_of(sequence));
  std::string changed = whole;
  changed[30] = static_cast<char>(changed[30] ^ 1);
  for (const std::string& damaged : {changed, whole.substr(1), whole.substr(0, whole.size() - 1)}) {
    overwrite(path_of(sequence), damaged);
    const Result<BatchManifest> refused = upload(sequence);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::Invalid);
  }
  disk_.runtime_remove(path_of(sequence));
  EXPECT_EQ(upload(sequence).error().fault, Fault::Invalid);
  EXPECT_TRUE(store_.objects().empty());
  EXPECT_EQ(metric("headgate_store_retries_total"), 0);
}

TEST_F(Uploading, ALargeObjectHasTheTimeThatItsBytesTake) {
  std::vector<std::string> noise;
  for (int line = 0; line < 40; ++line) {
    std::string& text = noise.emplace_back();
    for (int word = 0; word < 1000; ++word) text += random_.uuid();
  }
  const std::uint64_t sequence = seal_one(noise);
  const SteadyTime began = clock_.steady();
  const BatchManifest stored = upload(sequence).value();
  ASSERT_GT(stored.object_bytes, 10 * Uploader::kBytesPerSecond);
  const std::chrono::seconds moving{stored.object_bytes / Uploader::kBytesPerSecond};
  EXPECT_EQ(store_.last_deadline().at, began + std::chrono::seconds{60} + moving);
}

TEST_F(Uploading, TheLinesOfABatchPutAsideAreCountedAsDropped) {
  const std::uint64_t first = seal_one({"one", "two", "three"});
  std::string changed = disk_.runtime_read(path_of(first));
  changed[30] = static_cast<char>(changed[30] ^ 1);
  overwrite(path_of(first), changed);
  EXPECT_EQ(metric("headgate_collect_dropped_total"), 0);
  ASSERT_TRUE(collector_->set_aside(first).ok());
  EXPECT_EQ(metric("headgate_collect_dropped_total"), 3);
  EXPECT_EQ(collector_->spool().damaged(), 1U);
  EXPECT_EQ(collector_->spool().bytes(), changed.size());

  const std::uint64_t second = seal_one({"four", "five"});
  overwrite(path_of(second), "nothing that we wrote");
  ASSERT_TRUE(open().ok());  // finds it, and what was put aside before
  EXPECT_EQ(metric("headgate_collect_dropped_total"), 4);
  EXPECT_EQ(collector_->spool().damaged(), 2U);
  EXPECT_EQ(collector_->spool().bytes(), changed.size() + 21);

  ASSERT_TRUE(open().ok());
  EXPECT_EQ(metric("headgate_collect_dropped_total"), 4);
}

TEST_F(Uploading, WhatIsPutAsideTakesRoomUntilItIsRemoved) {
  const std::uint64_t sequence = seal_one({"one"});
  options_.spool_bytes_max = 10;
  overwrite(path_of(sequence), "nothing that we wrote");
  ASSERT_TRUE(open().ok());
  say("ns", "web-1", "more");
  read();
  EXPECT_EQ(metric("headgate_collect_spool_full"), 1);
  disk_.runtime_remove(path_of(sequence, ".damaged"));
  clock_.advance(std::chrono::seconds{2});
  read();
  EXPECT_EQ(metric("headgate_collect_spool_full"), 0);
  EXPECT_EQ(metric("headgate_collect_spool_damaged"), 0);
}

}  // namespace
}  // namespace headgate::collect
