#include "process/central_objects.h"

#include <gtest/gtest.h>

#include <optional>

#include "fakes/memory_store.h"
#include "fakes/still_clock.h"

namespace headgate::process {
namespace {

// Refuses to read, to list, or to go on reading.
class RefusingStore final : public fakes::MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline deadline) override {
    if (reads) return *reads;
    auto reader = TRY(MemoryStore::open_reader(key, range, deadline));
    if (!goes_on) return reader;
    return std::unique_ptr<ObjectReader>(std::make_unique<Broken>(std::move(reader), *goes_on));
  }
  Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) override {
    if (reads) return *reads;
    return MemoryStore::head(key, deadline);
  }
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                          Deadline deadline) override {
    if (lists) return *lists;
    return MemoryStore::list(prefix, after, count_max, deadline);
  }
  std::optional<Error> reads;
  std::optional<Error> lists;
  std::optional<Error> goes_on;

 private:
  class Broken final : public ObjectReader {
   public:
    Broken(std::unique_ptr<ObjectReader> reader, Error error)
        : reader_(std::move(reader)), error_(std::move(error)) {}
    const ObjectInfo& info() const override { return reader_->info(); }
    Result<std::size_t> read(std::span<char>) override { return error_; }

   private:
    std::unique_ptr<ObjectReader> reader_;
    Error error_;
  };
};

class CentralObjectsTest : public testing::Test {
 protected:
  Fault fault_of_reading(std::optional<ByteRange> range = std::nullopt) {
    const auto opened = central_.open_reader(key_, range, {});
    return opened.ok() ? Fault::Stopped : opened.error().fault;
  }
  Fault fault_of_head() { return central_.head(key_, {}).error().fault; }
  void put() { ASSERT_TRUE(put_object(store_, key_, "text", {}, {}).ok()); }

  const ObjectKey key_{"cluster/a/web/web-1/x.json"};
  fakes::StillClock clock_;
  RefusingStore store_{clock_, BucketName("central")};
  CentralObjects central_{store_};
};

TEST_F(CentralObjectsTest, AnObjectIsGoneWhenItsBucketDoesNotListIt) {
  ASSERT_TRUE(put_object(store_, ObjectKey(key_.str() + ".gz"), "another", {}, {}).ok());
  EXPECT_EQ(fault_of_reading(), Fault::NotFound);
  EXPECT_EQ(fault_of_head(), Fault::NotFound);
}

TEST_F(CentralObjectsTest, AnObjectIsNotGoneBecauseSomeoneSaysSo) {
  store_.reads = Error{Fault::NotFound, "404 of a proxy"};
  put();  // it is listed
  EXPECT_EQ(fault_of_reading(), Fault::Retry);
  EXPECT_EQ(fault_of_head(), Fault::Retry);
  for (const Fault fault : {Fault::NotFound, Fault::Denied, Fault::Invalid, Fault::Retry}) {
    store_.lists = Error{fault, "no such bucket"};
    EXPECT_EQ(fault_of_reading(), Fault::Retry);
    EXPECT_EQ(fault_of_head(), Fault::Retry);
  }
}

TEST_F(CentralObjectsTest, WhatItRefusesIsTriedAgain) {
  put();
  for (const Fault fault : {Fault::Denied, Fault::Invalid, Fault::Retry}) {
    store_.reads = Error{fault, "refused"};
    EXPECT_EQ(fault_of_reading(), Fault::Retry);
    EXPECT_EQ(fault_of_head(), Fault::Retry);
    EXPECT_EQ(central_.head(key_, {}).error().blame, Blame::Us);
  }
  store_.reads = Error{Fault::Stopped, "stopping"};
  EXPECT_EQ(fault_of_head(), Fault::Stopped);
  store_.reads.reset();
  char byte = 0;
  for (const Fault fault : {Fault::Denied, Fault::NotFound, Fault::Invalid}) {
    store_.goes_on = Error{fault, "refused in the middle"};
    const Error error = central_.open_reader(key_, std::nullopt, {}).value()->read({&byte, 1}).error();
    EXPECT_EQ(error.fault, Fault::Retry);
    EXPECT_EQ(error.blame, Blame::Us);
  }
}

TEST_F(CentralObjectsTest, ARangeBeyondTheEndIsTheCallersFault) {
  put();
  EXPECT_EQ(fault_of_reading(ByteRange{.first = 0, .bytes = 99}), Fault::Invalid);
}

}  // namespace
}  // namespace headgate::process
