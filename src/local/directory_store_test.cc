#include "local/directory_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "conformance/manual_clock.h"
#include "conformance/object_store.h"
#include "conformance/object_store_faults.h"
#include "conformance/scratch_folder.h"
#include "local/content_hash.h"
#include "local/system_random.h"

namespace headgate::conformance {
namespace {

struct DirectoryFixture {
  static constexpr bool kCopies = true;
  DirectoryFixture() { std::filesystem::remove_all(folder_.at("absent")); }
  ObjectStore& store() { return *store_; }
  ObjectStore& other_bucket() { return *other_; }
  ObjectStore& absent_bucket() { return *absent_; }
  Deadline soon() { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Deadline passed() { return Deadline{clock_.steady()}; }
  std::unique_ptr<local::DirectoryStore> open(const std::string& bucket) {
    auto store = local::DirectoryStore::open(clock_, random_, folder_.path(), BucketName(bucket),
                                             local::DirectoryStore::MissingBucket::Create);
    CHECK(store.ok());
    return std::move(store).value();
  }

  ManualClock clock_;
  local::SystemRandom random_;
  ScratchFolder folder_;
  std::unique_ptr<local::DirectoryStore> store_ = open("central");
  std::unique_ptr<local::DirectoryStore> other_ = open("other");
  std::unique_ptr<local::DirectoryStore> absent_ = open("absent");
};
INSTANTIATE_TYPED_TEST_SUITE_P(Directory, ObjectStoreConformance, DirectoryFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

namespace files = std::filesystem;

class DirectoryStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<DirectoryStore>> open(
      const std::string& bucket,
      DirectoryStore::MissingBucket missing = DirectoryStore::MissingBucket::Create) {
    return DirectoryStore::open(clock_, random_, folder_.path(), BucketName(bucket), missing);
  }
  std::string path(const std::string& name) { return folder_.at("central/" + name); }
  void write(const std::string& name, std::string_view bytes) {
    files::create_directories(files::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  Fault fault_of_put(const std::string& key) {
    const auto put = put_object(*store_, ObjectKey(key), "x", {}, Deadline::never());
    CHECK(!put.ok());
    return put.error().fault;
  }
  PutOutcome put(const std::string& key, std::string_view bytes, PutOptions options = {}) {
    return put_object(*store_, ObjectKey(key), bytes, std::move(options), Deadline::never()).value();
  }

  conformance::ManualClock clock_;
  SystemRandom random_;
  conformance::ScratchFolder folder_;
  std::unique_ptr<DirectoryStore> store_ = open("central").value();
};

TEST_F(DirectoryStoreTest, RefusesKeysThatWouldLeaveTheBucketOrCannotBeAPath) {
  const std::string keys[] = {"..",
                              "../x",
                              "a/../../x",
                              "a/..",
                              ".",
                              "a/./b",
                              "/etc/passwd",
                              "a//b",
                              "a/",
                              std::string("a\0b", 3),
                              ".headgate",
                              ".headgate/tmp/x",
                              "a/.headgate-x",
                              std::string(256, 'x'),
                              "a/" + std::string(256, 'x') + "/b"};
  for (const std::string& key : keys) {
    EXPECT_EQ(fault_of_put(key), Fault::Invalid) << key;
    EXPECT_EQ(store_->head(ObjectKey(key), Deadline::never()).error().fault, Fault::Invalid) << key;
    EXPECT_EQ(store_->open_reader(ObjectKey(key), {}, Deadline::never()).error().fault, Fault::Invalid)
        << key;
    EXPECT_EQ(store_->remove(ObjectKey(key), Deadline::never()).error().fault, Fault::Invalid) << key;
    EXPECT_EQ(store_->copy({BucketName("central"), ObjectKey(key)}, ObjectKey("k"), {}, Deadline::never())
                  .error()
                  .fault,
              Fault::Invalid);
  }
  EXPECT_TRUE(store_->list("", ObjectKey(), 10, Deadline::never()).value().objects.empty());
}

TEST_F(DirectoryStoreTest, TakesKeysWithOddButHarmlessNames) {
  const std::string keys[] = {"a%2Fb",
                              "a b/+",
                              "...",
                              "..a/b",
                              "\xc3\xa9/\xf0\x9f\x90\xb3",
                              "-rf",
                              "*?[x]",
                              "new\nline",
                              std::string(255, 'x') + "/" + std::string(255, 'y'),
                              "\xff\xfe"};
  for (const std::string& key : keys) {
    EXPECT_EQ(put(key, key), PutOutcome::Stored) << key;
    EXPECT_EQ(store_->head(ObjectKey(key), Deadline::never()).value().bytes, key.size());
  }
  EXPECT_EQ(store_->list("", ObjectKey(), 100, Deadline::never()).value().objects.size(), std::size(keys));
}

TEST_F(DirectoryStoreTest, RefusesBucketsThatAreNoFolderOfTheRoot) {
  for (const std::string bucket : {"", ".", "..", "a/b", "../x", ".headgate"}) {
    EXPECT_EQ(open(bucket).error().fault, Fault::Invalid) << bucket;
    const auto copied =
        store_->copy({BucketName(bucket), ObjectKey("k")}, ObjectKey("k"), {}, Deadline::never());
    EXPECT_EQ(copied.error().fault, Fault::Denied) << bucket;
  }
  EXPECT_EQ(open("missing", DirectoryStore::MissingBucket::Refuse).error().fault, Fault::NotFound);
  EXPECT_FALSE(files::exists(folder_.at("missing")));
  EXPECT_TRUE(open("central", DirectoryStore::MissingBucket::Refuse).ok());
}

TEST_F(DirectoryStoreTest, ARootBelowAFileIsInvalidAndNamed) {
  write("file", "x");
  const auto opened = DirectoryStore::open(clock_, random_, path("file"), BucketName("b"),
                                           DirectoryStore::MissingBucket::Create);
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  EXPECT_NE(opened.error().what.find("central/file"), std::string::npos) << opened.error().what;
}

TEST_F(DirectoryStoreTest, AKeyCannotBeAFolderOfOtherKeys) {
  put("a/b", "x");
  EXPECT_EQ(fault_of_put("a"), Fault::Invalid);
  EXPECT_EQ(fault_of_put("a/b/c"), Fault::Invalid);
  ASSERT_TRUE(store_->remove(ObjectKey("a/b"), Deadline::never()).ok());
  EXPECT_EQ(put("a", "now it can"), PutOutcome::Stored);
}

TEST_F(DirectoryStoreTest, AFileThatOthersPutThereIsAnObjectWithoutMetadata) {
  write("team/logs.json", "{}\n");
  const ObjectInfo info = store_->head(ObjectKey("team/logs.json"), Deadline::never()).value();
  EXPECT_EQ(info.bytes, 3U);
  EXPECT_TRUE(info.metadata.empty() && info.content_type.empty());
  EXPECT_FALSE(info.etag.empty());
  EXPECT_EQ(store_->list("team/", ObjectKey(), 9, Deadline::never()).value().objects.at(0).etag, info.etag);
  EXPECT_EQ(put("team/logs.json", "mine"), PutOutcome::AlreadyThere);
  // Its bytes are hashed when they are copied, since nobody did before.
  ASSERT_TRUE(store_
                  ->copy({BucketName("central"), ObjectKey("team/logs.json")}, ObjectKey("copy"), {},
                         Deadline::never())
                  .ok());
  put("same", "{}\n");
  EXPECT_EQ(store_->head(ObjectKey("copy"), Deadline::never()).value().etag,
            store_->head(ObjectKey("same"), Deadline::never()).value().etag);
}

TEST_F(DirectoryStoreTest, AFileThatOthersReplacedLosesItsMetadata) {
  put("k", "ours", conformance::with({{"lines", "1"}}));
  write("k", "theirs, longer");
  EXPECT_TRUE(store_->head(ObjectKey("k"), Deadline::never()).value().metadata.empty());
}

TEST_F(DirectoryStoreTest, ATreeRestoredFromABackupKeepsItsMetadata) {
  put("a/k", "text", conformance::with({{"lines", "1"}}));
  files::create_directories(folder_.at("restored"));
  ASSERT_EQ(std::system(("cp -a " + folder_.at("central") + "/. " + folder_.at("restored")).c_str()), 0);
  const auto restored = open("restored");
  ASSERT_TRUE(restored.ok());
  const ObjectInfo info = restored.value()->head(ObjectKey("a/k"), Deadline::never()).value();
  EXPECT_EQ(info.metadata, (ObjectMetadata{{"lines", "1"}}));
  EXPECT_EQ(info.etag, store_->head(ObjectKey("a/k"), Deadline::never()).value().etag);
}

TEST_F(DirectoryStoreTest, LinksPipesAndItsOwnFolderAreNoObjects) {
  put("real", "x");
  ASSERT_EQ(::symlink("real", path("link").c_str()), 0);
  ASSERT_EQ(::symlink(".", path("loop").c_str()), 0);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const ObjectPage page = store_->list("", ObjectKey(), 10, Deadline::never()).value();
  ASSERT_EQ(page.objects.size(), 1U);
  EXPECT_EQ(page.objects[0].key.str(), "real");
  for (const std::string key : {"link", "pipe", "loop"}) {
    EXPECT_EQ(store_->head(ObjectKey(key), Deadline::never()).error().fault, Fault::NotFound) << key;
  }
}

TEST_F(DirectoryStoreTest, ADamagedSidecarIsNamedAndHidesNoNeighbour) {
  put("a", "x");
  put("b", "y", conformance::with({{"lines", "1"}}));
  for (const std::string json : {"{\"records\":[{", "[]", "{\"records\":[{\"inode\":\"x\"}]}", ""}) {
    write(".headgate/meta/b", json);
    const auto head = store_->head(ObjectKey("b"), Deadline::never());
    ASSERT_FALSE(head.ok()) << json;
    EXPECT_EQ(head.error().fault, Fault::Invalid);
    EXPECT_NE(head.error().what.find(".headgate/meta/b"), std::string::npos) << head.error().what;
    EXPECT_EQ(store_->list("", ObjectKey(), 10, Deadline::never()).value().objects.size(), 2U);
  }
  EXPECT_EQ(put("b", "new", conformance::replacing()), PutOutcome::Stored);
  EXPECT_TRUE(store_->head(ObjectKey("b"), Deadline::never()).ok());
}

TEST_F(DirectoryStoreTest, ASidecarThatACrashLeftBehindIsInNobodysWay) {
  write(".headgate/meta/a", "an object `a` that never came to be");
  write(".headgate/meta/b/c/d", "an object `b/c/d` that never came to be");
  EXPECT_EQ(put("a/b", "x", conformance::with({{"lines", "1"}})), PutOutcome::Stored);
  EXPECT_EQ(put("b", "y", conformance::with({{"lines", "2"}})), PutOutcome::Stored);
  EXPECT_EQ(store_->head(ObjectKey("a/b"), Deadline::never()).value().metadata.at("lines"), "1");
  EXPECT_EQ(store_->head(ObjectKey("b"), Deadline::never()).value().metadata.at("lines"), "2");
}

TEST_F(DirectoryStoreTest, AHalfwayReplacementLeavesTheObjectItsMetadata) {
  put("k", "one", conformance::with({{"lines", "1"}}));
  PutOptions options = conformance::replacing();
  options.metadata = {{"lines", "2"}};
  const auto writer = store_->open_writer(ObjectKey("k"), options, Deadline::never());
  ASSERT_TRUE(writer.ok() && writer.value()->append("two").ok());
  // Without the written file commit() gets as far as a process that is killed after the sidecar is in place.
  for (const auto& entry : files::directory_iterator(path(".headgate/tmp"))) files::remove(entry.path());
  ASSERT_FALSE(writer.value()->commit().ok());
  const ObjectInfo info = store_->head(ObjectKey("k"), Deadline::never()).value();
  EXPECT_EQ(info.metadata, (ObjectMetadata{{"lines", "1"}}));
  EXPECT_EQ(put("k", "three", options), PutOutcome::Stored);
  EXPECT_EQ(store_->head(ObjectKey("k"), Deadline::never()).value().metadata, options.metadata);
}

TEST_F(DirectoryStoreTest, SweepsWhatNobodyWritesAnyMore) {
  write(".headgate/tmp/left-behind", "half an obj");
  auto writer = store_->open_writer(ObjectKey("k"), {}, Deadline::never());
  ASSERT_TRUE(writer.ok() && writer.value()->append("still ").ok());
  const auto second = open("central");  // as another process would, meanwhile
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(files::exists(path(".headgate/tmp/left-behind")));
  ASSERT_TRUE(writer.value()->append("written").ok());
  EXPECT_EQ(writer.value()->commit().value(), PutOutcome::Stored);
  EXPECT_EQ(second.value()->head(ObjectKey("k"), Deadline::never()).value().bytes, 13U);
  EXPECT_TRUE(files::is_empty(path(".headgate/tmp")));
}

TEST_F(DirectoryStoreTest, RemovingTheLastObjectLeavesNoFolders) {
  put("a/b/c/1", "x");
  put("a/b/d/1", "x");
  ASSERT_TRUE(store_->remove(ObjectKey("a/b/c/1"), Deadline::never()).ok());
  EXPECT_FALSE(files::exists(path("a/b/c")));
  EXPECT_TRUE(files::exists(path("a/b/d/1")));
  ASSERT_TRUE(store_->remove(ObjectKey("a/b/d/1"), Deadline::never()).ok());
  EXPECT_FALSE(files::exists(path("a")));
  EXPECT_FALSE(files::exists(path(".headgate/meta/a")));
  EXPECT_TRUE(files::exists(path(".headgate/meta")));
}

TEST_F(DirectoryStoreTest, AReaderSaysWhenItsFileBecameShorter) {
  put("k", "0123456789");
  const auto reader = store_->open_reader(ObjectKey("k"), {}, Deadline::never());
  ASSERT_EQ(::truncate(path("k").c_str(), 4), 0);
  char buffer[16];
  EXPECT_EQ(reader.value()->read(buffer).value(), 4U);
  EXPECT_EQ(reader.value()->read(buffer).error().fault, Fault::Retry);
}

TEST(ContentHash, IsCrc64OfXzInAnyNumberOfParts) {
  ContentHash whole;
  whole.add("123456789");
  EXPECT_EQ(whole.hex(), "995dc9bbdf1939fa");  // CRC-64/XZ's check value, reveng.sourceforge.io
  ContentHash parts;
  for (const std::string_view part : {"1234", "", "56789"}) parts.add(part);
  EXPECT_EQ(parts.value(), whole.value());
}

TEST(FileNames, AreEncodedSoThatNoTwoAreTheSame) {
  EXPECT_EQ(encode_file_name("/aws/lambda/f"), "%2Faws%2Flambda%2Ff");
  EXPECT_EQ(encode_file_name("a%2Fb"), "a%252Fb");
  EXPECT_EQ(encode_file_name(".."), "%2E.");
  EXPECT_EQ(encode_file_name("a.b_c-D9"), "a.b_c-D9");
  const std::string long_name(512, '/');
  EXPECT_LE(encode_file_name(long_name).size(), 217U);
  EXPECT_NE(encode_file_name(long_name), encode_file_name(long_name + "x"));
}

}  // namespace
}  // namespace headgate::local
