// From the spool to the store, one try at a time: the real collector and uploader over the simulated disk.
#include "collect/batch/uploader.h"

#include <set>

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
  // One after another, none like the other to a compressor.
  void make_noise(const std::string& pod, int lines, const std::string& namespace_name = "ns") {
    for (int line = 0; line < lines; ++line) {
      std::string text = pod + " " + std::to_string(line) + " ";
      for (int word = 0; word < 100; ++word) text += random_.uuid();
      said_.insert(text);
      say(namespace_name, pod, text);
    }
  }
  void turn(int times = 1) {
    for (; times > 0; --times) {
      ASSERT_TRUE(collector_->turn().ok());
      clock_.advance(std::chrono::milliseconds{1100});
    }
  }
  // What was sealed, uploaded and confirmed.
  void empty_spool() {
    std::vector<BatchManifest> stored;
    for (const std::uint64_t sequence : collector_->take_sealed()) stored.push_back(upload(sequence).value());
    ASSERT_TRUE(collector_->confirm(std::move(stored)).ok());
  }
  // The store takes what is of that tenant and nothing else; what it took is added to `messages`.
  void store_all_of(const std::string& namespace_name, std::set<std::string>& messages) {
    std::vector<BatchManifest> stored;
    for (const std::uint64_t sequence : collector_->take_sealed()) {
      const auto batch = open_sealed_batch(disk_, collector_->spool().directory(), sequence);
      ASSERT_TRUE(batch.ok());
      if (!batch->manifest().key.view().starts_with("c/" + namespace_name + "/")) continue;
      for (const sim::SaidLine& line :
           sim::lines_of(object_of(disk_, collector_->spool(), batch->manifest())))
        messages.insert(line.message);
      stored.push_back(batch->manifest());
    }
    ASSERT_TRUE(collector_->confirm(std::move(stored)).ok());
  }
  // Two tenants write more than the spool holds, and the store takes nothing of them.
  void refuse_two_tenants() {
    options_.spool_bytes_max = 4U << 20U;
    ASSERT_TRUE(open().ok());
    for (const char* refused : {"refused-1", "refused-2"}) {
      for (int pod = 0; pod < 4; ++pod) make_noise("web-" + std::to_string(pod), 1'000, refused);
    }
    std::set<std::string> healthy;
    std::set<std::string> stored;
    for (int second = 0; second < 40; ++second) {
      const std::string text = "second " + std::to_string(second);
      say("healthy", "web-0", text);
      healthy.insert(text);
      turn(3);
      store_all_of("healthy", stored);
    }
    EXPECT_TRUE(stored == healthy) << stored.size();
    for (const char* refused : {"refused-1", "refused-2"}) {
      const std::string label = std::string("{tenant=\"") + refused + "\"}";
      EXPECT_EQ(metric("headgate_collect_tenant_held_back" + label), 1);
      EXPECT_GT(metric("headgate_collect_tenant_spool_bytes" + label), 1U << 20U);
    }
    EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"healthy\"}"), 0);
    EXPECT_EQ(metric("headgate_collect_spool_full"), 0);
    EXPECT_LT(collector_->spool().bytes(), 4U << 20U);
  }
  std::multiset<std::string> stored_messages() {
    std::multiset<std::string> messages;
    for (const auto& [key, object] : store_.objects()) {
      for (const sim::SaidLine& line : sim::lines_of(object.bytes)) messages.insert(line.message);
    }
    return messages;
  }
  Result<BatchManifest> upload(std::uint64_t sequence) { return uploader_.upload(sequence); }

  std::multiset<std::string> said_;
  MoodyStore store_{faults_, clock_, BucketName("central")};
  Uploader uploader_{clock_, disk_, store_, metrics_, {.spool_directory = std::string(kData) + "/spool"}};
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

TEST_F(Uploading, AFullSpoolStopsReadingUntilThereIsRoom) {
  options_.spool_bytes_max = 300'000;
  make_noise("web-0", 400);
  ASSERT_TRUE(open().ok());
  turn(100);  // where there is little room, little is read at a time
  EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"ns\"}"), 1);
  const double read = metric("headgate_collect_bytes_total");
  EXPECT_LT(read, 1'200'000);
  EXPECT_LT(collector_->spool().bytes(), 600'000U);  // over the bound by what one turn reads
  turn(20);
  EXPECT_EQ(metric("headgate_collect_bytes_total"), read);
  for (int round = 0; round < 200; ++round) {
    empty_spool();
    turn(3);
  }
  EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"ns\"}"), 0);
  EXPECT_EQ(metric("headgate_collect_spool_full"), 0);
  EXPECT_TRUE(stored_messages() == said_) << store_.objects().size();
}

TEST_F(Uploading, BatchesThatAreFilledTakeRoomToo) {
  options_.policy.age_max = std::chrono::hours{1};
  options_.spool_bytes_max = 300'000;
  for (int pod = 0; pod < 8; ++pod) make_noise("web-" + std::to_string(pod), 250);
  ASSERT_TRUE(open().ok());
  turn(100);
  const double read = metric("headgate_collect_bytes_total");
  EXPECT_LT(read, 6'000'000);
  turn(5);
  EXPECT_EQ(metric("headgate_collect_bytes_total"), read);
  EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"ns\"}"), 1);
  for (int round = 0; round < 200; ++round) {  // they are sealed though none is old: else there is never room
    empty_spool();
    turn(3);
  }
  ASSERT_TRUE(collector_->seal_all().ok());
  empty_spool();
  EXPECT_TRUE(stored_messages() == said_) << store_.objects().size();
}

TEST_F(Uploading, TenantsThatFillTheSpoolStopOnlyThemselves) {
  refuse_two_tenants();
  ASSERT_TRUE(open().ok());  // the next agent knows whose batches these are
  turn(3);
  EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"refused-1\"}"), 1);
  EXPECT_EQ(metric("headgate_collect_spool_full"), 0);
}

TEST_F(Uploading, TenantsWhoseObjectsArePackedFillNoMoreOfTheSpool) {
  options_.policy.partition = Partition::Tenant;
  refuse_two_tenants();
}

// The disk has little left: whoever takes most of it waits first.
TEST_F(Uploading, ADiskWithLittleRoomStopsTheTenantThatTakesMost) {
  options_.spool_free_bytes_min = (1ULL << 40U) - (1U << 20U);  // the disk says that it has 1 TiB left
  ASSERT_TRUE(open().ok());
  for (int pod = 0; pod < 4; ++pod) make_noise("web-" + std::to_string(pod), 400, "noisy");
  std::set<std::string> stored;
  for (int second = 0; second < 20; ++second) {
    say("quiet", "web-0", "second " + std::to_string(second));
    turn(3);
    store_all_of("quiet", stored);
  }
  EXPECT_EQ(stored.size(), 20U);
  EXPECT_EQ(metric("headgate_collect_tenant_held_back{tenant=\"noisy\"}"), 1);
}

}  // namespace
}  // namespace headgate::collect
