// What every Disk keeps.
//
// A Backend has:  Disk& disk();  std::string root();  an empty directory, new for each test
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ports/disk.h"

namespace headgate::conformance {

template <typename Backend>
class DiskConformance : public testing::Test {
 protected:
  Disk& disk() { return backend_.disk(); }
  std::string at(const std::string& name) { return backend_.root() + '/' + name; }
  void write(const std::string& name, std::string_view bytes) {
    const Result<std::unique_ptr<WritableFile>> file = disk().create(at(name));
    ASSERT_TRUE(file.ok()) << file.error().what;
    ASSERT_TRUE(file.value()->append(bytes).ok());
    ASSERT_TRUE(file.value()->sync().ok());
  }
  std::string read(const std::string& name) {
    const Result<std::unique_ptr<ReadableFile>> file = disk().open(at(name));
    if (!file.ok()) return "error: " + file.error().what;
    std::string text;
    char buffer[7];
    while (true) {
      const Result<std::size_t> taken = file.value()->read_at(text.size(), buffer);
      if (!taken.ok()) return "error: " + taken.error().what;
      if (*taken == 0) return text;
      text.append(buffer, *taken);
    }
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(DiskConformance);

TYPED_TEST_P(DiskConformance, GivesBackWhatWasWrittenAtAnyOffset) {
  const std::string bytes("one\0two\nthree four five", 23);
  this->write("file", bytes);
  EXPECT_EQ(this->read("file"), bytes);
  const auto file = this->disk().open(this->at("file"));
  ASSERT_TRUE(file.ok());
  char buffer[8];
  EXPECT_EQ(file.value()->read_at(8, buffer).value(), 8U);
  EXPECT_EQ(std::string(buffer, 8), "three fo");
  EXPECT_EQ(file.value()->read_at(20, buffer).value(), 3U);
  EXPECT_EQ(file.value()->read_at(23, buffer).value(), 0U);
  EXPECT_EQ(file.value()->read_at(1000, buffer).value(), 0U);
}

TYPED_TEST_P(DiskConformance, CreateEmptiesAFileThatWasThere) {
  this->write("file", "a long text");
  this->write("file", "short");
  EXPECT_EQ(this->read("file"), "short");
}

TYPED_TEST_P(DiskConformance, AnOpenFileSeesWhatIsAppendedToIt) {
  auto writer = this->disk().create(this->at("log"));
  ASSERT_TRUE(writer.ok());
  auto reader = this->disk().open(this->at("log"));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader.value()->stat().value().bytes, 0U);
  ASSERT_TRUE(writer.value()->append("line\n").ok());
  EXPECT_EQ(reader.value()->stat().value().bytes, 5U);
  EXPECT_EQ(this->read("log"), "line\n");
}

TYPED_TEST_P(DiskConformance, AFileKeepsItsIdThroughARenameAndAnotherNeverHasIt) {
  this->write("log", "old");
  const FileId id = this->disk().stat(this->at("log")).value().id;
  const auto open = this->disk().open(this->at("log"));
  ASSERT_TRUE(open.ok());
  ASSERT_TRUE(this->disk().rename(this->at("log"), this->at("log.1")).ok());
  this->write("log", "new");
  EXPECT_EQ(this->disk().stat(this->at("log.1")).value().id, id);
  EXPECT_EQ(open.value()->stat().value().id, id);
  EXPECT_NE(this->disk().stat(this->at("log")).value().id, id);
  EXPECT_EQ(this->read("log.1"), "old");
}

TYPED_TEST_P(DiskConformance, RenameReplaces) {
  this->write("a", "1");
  this->write("b", "2");
  ASSERT_TRUE(this->disk().rename(this->at("a"), this->at("b")).ok());
  EXPECT_EQ(this->read("b"), "1");
  EXPECT_EQ(this->disk().stat(this->at("a")).error().fault, Fault::NotFound);
  EXPECT_EQ(this->disk().rename(this->at("a"), this->at("b")).error().fault, Fault::NotFound);
}

TYPED_TEST_P(DiskConformance, ARemovedFileIsReadToItsEndByWhoeverHasItOpen) {
  this->write("file", "text");
  const auto open = this->disk().open(this->at("file"));
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open.value()->stat().value().links, 1U);
  ASSERT_TRUE(this->disk().remove(this->at("file")).ok());
  EXPECT_EQ(open.value()->stat().value().links, 0U);
  char buffer[4];
  EXPECT_EQ(open.value()->read_at(0, buffer).value(), 4U);
  EXPECT_EQ(this->disk().open(this->at("file")).error().fault, Fault::NotFound);
  EXPECT_EQ(this->disk().remove(this->at("file")).error().fault, Fault::NotFound);
}

TYPED_TEST_P(DiskConformance, ListsFilesAndDirectories) {
  ASSERT_TRUE(this->disk().make_directories(this->at("deep/er/est")).ok());
  ASSERT_TRUE(this->disk().make_directories(this->at("deep/er/est")).ok());
  this->write("deep/file", "");
  ASSERT_TRUE(this->disk().sync_directory(this->at("deep")).ok());
  std::vector<std::pair<std::string, EntryKind>> seen;
  for (const DirectoryEntry& entry : this->disk().list(this->at("deep")).value()) {
    seen.emplace_back(entry.name, entry.kind);
  }
  std::sort(seen.begin(), seen.end());
  const std::vector<std::pair<std::string, EntryKind>> expected = {{"er", EntryKind::Directory},
                                                                   {"file", EntryKind::File}};
  EXPECT_EQ(seen, expected);
}

TYPED_TEST_P(DiskConformance, WhatIsNotThereIsNotFoundAndTheErrorNamesIt) {
  const std::string missing = this->at("no/such");
  const std::vector<Error> errors = {
      this->disk().open(missing).error(),      this->disk().create(missing).error(),
      this->disk().stat(missing).error(),      this->disk().list(missing).error(),
      this->disk().remove(missing).error(),    this->disk().sync_directory(missing).error(),
      this->disk().free_bytes(missing).error()};
  for (const Error& error : errors) {
    EXPECT_EQ(error.fault, Fault::NotFound) << error.what;
    EXPECT_NE(error.what.find("no/such"), std::string::npos) << error.what;
  }
}

TYPED_TEST_P(DiskConformance, APathThroughAFileIsInvalid) {
  this->write("file", "");
  const std::string below = this->at("file/below");
  EXPECT_EQ(this->disk().open(below).error().fault, Fault::Invalid);
  EXPECT_EQ(this->disk().create(below).error().fault, Fault::Invalid);
  EXPECT_EQ(this->disk().list(this->at("file")).error().fault, Fault::Invalid);
  EXPECT_EQ(this->disk().make_directories(below).error().fault, Fault::Invalid);
  EXPECT_EQ(this->disk().make_directories(this->at("file")).error().fault, Fault::Invalid);
  EXPECT_EQ(this->disk().open(this->backend_.root()).error().fault, Fault::Invalid);
}

TYPED_TEST_P(DiskConformance, TellsHowMuchRoomIsLeft) {
  EXPECT_GT(this->disk().free_bytes(this->backend_.root()).value(), 0U);
}

REGISTER_TYPED_TEST_SUITE_P(DiskConformance, GivesBackWhatWasWrittenAtAnyOffset,
                            CreateEmptiesAFileThatWasThere, AnOpenFileSeesWhatIsAppendedToIt,
                            AFileKeepsItsIdThroughARenameAndAnotherNeverHasIt, RenameReplaces,
                            ARemovedFileIsReadToItsEndByWhoeverHasItOpen, ListsFilesAndDirectories,
                            WhatIsNotThereIsNotFoundAndTheErrorNamesIt, APathThroughAFileIsInvalid,
                            TellsHowMuchRoomIsLeft);

}  // namespace headgate::conformance
