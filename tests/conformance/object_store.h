// What every ObjectStore keeps.
//
// A Backend has:
//   ObjectStore& store();          an empty bucket, new for each test
//   ObjectStore& other_bucket();   another one, that the service can copy from
//   ObjectStore& absent_bucket();  one that is not there
//   Deadline soon();  Deadline passed();
//   static constexpr bool kCopies;  // false: copy() is Denied, as it may be
//   static constexpr bool kLosesRaces = true;  // may be left out: two of many may be told that they stored
//   static constexpr bool kListsPaths = true;  // may be left out: a prefix that is no path is not understood
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/object_store.h"

namespace headgate::conformance {

inline PutOptions replacing() {
  PutOptions options;
  options.mode = PutMode::Replace;
  return options;
}
inline PutOptions with(ObjectMetadata metadata, std::string content_type = "",
                       std::string content_encoding = "") {
  PutOptions options;
  options.metadata = std::move(metadata);
  options.content_type = std::move(content_type);
  options.content_encoding = std::move(content_encoding);
  return options;
}

template <typename Backend>
class ObjectStoreConformance : public testing::Test {
 protected:
  ObjectStore& store() { return backend_.store(); }
  Deadline soon() { return backend_.soon(); }
  PutOutcome put(const std::string& key, std::string_view bytes, PutOptions options = {}) {
    const Result<PutOutcome> outcome = put_object(store(), ObjectKey(key), bytes, std::move(options), soon());
    EXPECT_TRUE(outcome.ok()) << key << ": " << outcome.error().what;
    return outcome.value();
  }
  std::string read(const std::string& key, std::optional<ByteRange> range = {}) {
    const auto reader = store().open_reader(ObjectKey(key), range, soon());
    return reader.ok() ? rest_of(*reader.value()) : "error: " + reader.error().what;
  }
  static std::string rest_of(ObjectReader& reader) {
    std::string text;
    std::vector<char> buffer(70'000);
    while (true) {
      const Result<std::size_t> taken = reader.read(buffer);
      if (!taken.ok()) return "error: " + taken.error().what;
      if (*taken == 0) return text;
      text.append(buffer.data(), *taken);
    }
  }
  // All keys of a listing by pages of that size; every page but the last must give something.
  std::vector<std::string> keys(std::string_view prefix, std::size_t page_max, const std::string& from = "") {
    std::vector<std::string> all;
    ObjectKey after(from);
    for (bool is_last = false; !is_last;) {
      const Result<ObjectPage> page = store().list(prefix, after, page_max, soon());
      if (!page.ok()) return {"error: " + page.error().what};
      EXPECT_LE(page->objects.size(), page_max);
      is_last = page->is_last;
      if (page->objects.empty() && !is_last) return {"error: an empty page that is not the last"};
      for (const ObjectInfo& info : page->objects) all.push_back(info.key.str());
      if (!all.empty()) after = ObjectKey(all.back());
    }
    return all;
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(ObjectStoreConformance);

TYPED_TEST_P(ObjectStoreConformance, GivesBackTheBytesThatWereCommitted) {
  std::string large(3U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>(i * 131 >> 3U);
  for (const std::string& bytes : {std::string(), std::string("a\0b\xff\n", 5), large}) {
    EXPECT_EQ(this->put("c/n/a/p/f.json.gz", bytes, replacing()), PutOutcome::Stored);
    EXPECT_TRUE(this->read("c/n/a/p/f.json.gz") == bytes) << bytes.size();
    EXPECT_EQ(this->store().head(ObjectKey("c/n/a/p/f.json.gz"), this->soon()).value().bytes, bytes.size());
  }
}

TYPED_TEST_P(ObjectStoreConformance, NobodySeesAnObjectBeforeItsCommitOrWithoutIt) {
  auto writer = this->store().open_writer(ObjectKey("a/b"), {}, this->soon());
  ASSERT_TRUE(writer.ok()) << writer.error().what;
  ASSERT_TRUE(writer.value()->append("first ").ok());
  ASSERT_TRUE(writer.value()->append("second").ok());
  const ObjectKey key("a/b");
  EXPECT_EQ(this->store().head(key, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->store().open_reader(key, {}, this->soon()).error().fault, Fault::NotFound);
  EXPECT_TRUE(this->keys("", 10).empty());
  {
    auto given_up = this->store().open_writer(ObjectKey("a/c"), {}, this->soon());
    ASSERT_TRUE(given_up.ok() && given_up.value()->append("text").ok());
  }
  EXPECT_EQ(writer.value()->commit().value(), PutOutcome::Stored);
  EXPECT_EQ(this->read("a/b"), "first second");
  EXPECT_EQ(this->keys("", 10), std::vector<std::string>{"a/b"});
}

TYPED_TEST_P(ObjectStoreConformance, OnlyIfAbsentKeepsWhatIsThere) {
  EXPECT_EQ(this->put("k", "one", with({{"lines", "1"}})), PutOutcome::Stored);
  const ObjectInfo before = this->store().head(ObjectKey("k"), this->soon()).value();
  EXPECT_EQ(this->put("k", "two", with({{"lines", "2"}})), PutOutcome::AlreadyThere);
  EXPECT_EQ(this->read("k"), "one");
  const ObjectInfo after = this->store().head(ObjectKey("k"), this->soon()).value();
  EXPECT_EQ(after.metadata, before.metadata);
  EXPECT_EQ(after.etag, before.etag);
}

TYPED_TEST_P(ObjectStoreConformance, ReplaceReplacesBytesAndMetadata) {
  this->put("k", "one", with({{"lines", "1"}, {"node", "a"}}, "text/plain"));
  const std::string before = this->store().head(ObjectKey("k"), this->soon()).value().etag;
  PutOptions options = replacing();
  options.metadata = {{"lines", "2"}};
  EXPECT_EQ(this->put("k", "two", options), PutOutcome::Stored);
  EXPECT_EQ(this->read("k"), "two");
  const ObjectInfo info = this->store().head(ObjectKey("k"), this->soon()).value();
  EXPECT_EQ(info.metadata, (ObjectMetadata{{"lines", "2"}}));
  EXPECT_NE(info.etag, before);
}

TYPED_TEST_P(ObjectStoreConformance, AReaderSeesOneVersionWhileItIsReplacedAndRemoved) {
  this->put("k", "the first version");
  const auto reader = this->store().open_reader(ObjectKey("k"), {}, this->soon());
  ASSERT_TRUE(reader.ok());
  this->put("k", "second", replacing());
  ASSERT_TRUE(this->store().remove(ObjectKey("k"), this->soon()).ok());
  EXPECT_EQ(this->rest_of(*reader.value()), "the first version");
}

TYPED_TEST_P(ObjectStoreConformance, KeepsMetadataAndContentHeaders) {
  const ObjectMetadata metadata = {{"agent-version", "1.2.3"}, {"lines", "42"}, {"quoted", "a \"b\" \\ c"}};
  this->put("m", "text", with(metadata, "application/x-ndjson", "gzip"));
  const auto reader = this->store().open_reader(ObjectKey("m"), ByteRange{1, 2}, this->soon());
  ASSERT_TRUE(reader.ok());
  for (const ObjectInfo& info :
       {this->store().head(ObjectKey("m"), this->soon()).value(), reader.value()->info()}) {
    EXPECT_EQ(info.key.str(), "m");
    EXPECT_EQ(info.bytes, 4U);
    EXPECT_EQ(info.content_type, "application/x-ndjson");
    EXPECT_EQ(info.content_encoding, "gzip");
    EXPECT_EQ(info.metadata, metadata);
    EXPECT_FALSE(info.etag.empty());
    EXPECT_EQ(info.etag.find('"'), std::string::npos);
    EXPECT_GT(info.modified_at, Timestamp{});
  }
}

TYPED_TEST_P(ObjectStoreConformance, RefusesMetadataThatS3WouldRefuse) {
  const ObjectMetadata refused[] = {
      {{"Upper", "x"}}, {{"n", "line\nbreak"}}, {{"n", "\xc3\xa9"}}, {{"n", std::string(2048, 'x')}}};
  for (const ObjectMetadata& metadata : refused) {
    EXPECT_EQ(put_object(this->store(), ObjectKey("m"), "", with(metadata), this->soon()).error().fault,
              Fault::Invalid);
  }
  EXPECT_EQ(this->store().head(ObjectKey("m"), this->soon()).error().fault, Fault::NotFound);
}

TYPED_TEST_P(ObjectStoreConformance, ReadsRanges) {
  this->put("k", "0123456789");
  EXPECT_EQ(this->read("k", ByteRange{0, 10}), "0123456789");
  EXPECT_EQ(this->read("k", ByteRange{3, 4}), "3456");
  EXPECT_EQ(this->read("k", ByteRange{9, 1}), "9");
  for (const ByteRange& beyond : {ByteRange{0, 11}, ByteRange{9, 2}, ByteRange{11, 1}, ByteRange{~0ULL, 2}}) {
    EXPECT_EQ(this->store().open_reader(ObjectKey("k"), beyond, this->soon()).error().fault, Fault::Invalid);
  }
}

TYPED_TEST_P(ObjectStoreConformance, ListsKeysByTheirBytes) {
  // Pairs whose order in a folder tree is another: '!' '-' '.' sort before '/', '0' 'a' after it.
  const std::set<std::string> all = {"a!b", "a-b/c",  "a.b",     "a/b",   "a/b.c", "a/c/d",
                                     "a0",  "a/b!/x", "aa/b",    "b/%2F", "b/+ =", "b/\xc3\xa9",
                                     "b/~", "c",      "B/upper", "a.b.c", "a-b!",  "b/\xf0\x9f\x90\xb3/x"};
  for (const std::string& key : all) this->put(key, key);
  const std::vector<std::string> sorted(all.begin(), all.end());
  for (const std::size_t page_max : {1U, 2U, 5U, 1000U}) EXPECT_EQ(this->keys("", page_max), sorted);
  for (const std::string prefix : {"a", "a/", "a/b", "a/b/", "a-", "b/", "zz", "a/c/d", "a//", "../"}) {
    if constexpr (requires { TypeParam::kListsPaths; }) {
      if (prefix == "a//" || prefix == "../") continue;
    }
    std::vector<std::string> expected;
    for (const std::string& key : sorted) {
      if (key.starts_with(prefix)) expected.push_back(key);
    }
    EXPECT_EQ(this->keys(prefix, 2), expected) << prefix;
  }
  for (const std::string after : {"a", "a/", "a/b", "a/b/zzz", "a.b", "a/\xff", "b/", "zz", "a/c"}) {
    const std::vector<std::string> expected(all.upper_bound(after), all.end());
    EXPECT_EQ(this->keys("", 3, after), expected) << after;
  }
}

TYPED_TEST_P(ObjectStoreConformance, AListedObjectIsWhatHeadSaysOfIt) {
  this->put("x/one", "1");
  this->put("x/two", "22");
  const ObjectPage page = this->store().list("x/", ObjectKey(), 10, this->soon()).value();
  EXPECT_TRUE(page.is_last);
  ASSERT_EQ(page.objects.size(), 2U);
  for (const ObjectInfo& listed : page.objects) {
    const ObjectInfo head = this->store().head(listed.key, this->soon()).value();
    EXPECT_EQ(listed.bytes, head.bytes);
    EXPECT_EQ(listed.etag, head.etag);
    EXPECT_EQ(listed.modified_at.seconds(), head.modified_at.seconds());
  }
}

TYPED_TEST_P(ObjectStoreConformance, ListsAnObjectWhoseKeyIsThePrefix) {
  this->put("a/b", "1");
  this->put("a/b.c", "2");
  const auto page = this->store().list("a/b", ObjectKey(), 1, this->soon());
  ASSERT_TRUE(page.ok()) << page.error().what;
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].key, ObjectKey("a/b"));
}

TYPED_TEST_P(ObjectStoreConformance, RemovingIsDoneOnceAndRepeatedForNothing) {
  this->put("a/b/c", "1", with({{"lines", "1"}}));
  ASSERT_TRUE(this->store().remove(ObjectKey("a/b/c"), this->soon()).ok());
  EXPECT_EQ(this->store().head(ObjectKey("a/b/c"), this->soon()).error().fault, Fault::NotFound);
  EXPECT_TRUE(this->keys("", 10).empty());
  EXPECT_TRUE(this->store().remove(ObjectKey("a/b/c"), this->soon()).ok());
  EXPECT_TRUE(this->store().remove(ObjectKey("never/there"), this->soon()).ok());
  EXPECT_EQ(this->put("a/b/c", "2"), PutOutcome::Stored);
  EXPECT_TRUE(this->store().head(ObjectKey("a/b/c"), this->soon()).value().metadata.empty());
}

TYPED_TEST_P(ObjectStoreConformance, CopiesFromAnotherBucketWithMetadataOfItsOwn) {
  ObjectStore& other = this->backend_.other_bucket();
  ASSERT_TRUE(put_object(other, ObjectKey("from"), "copied", with({{"secret", "x"}}), this->soon()).ok());
  const ObjectStore::CopySource source{other.bucket(), ObjectKey("from")};
  const PutOptions options = with({{"lines", "1"}}, "application/x-ndjson", "gzip");
  const auto copy = [&](const ObjectStore::CopySource& from, PutOptions with, const char* to = "to/here") {
    return this->store().copy(from, ObjectKey(to), std::move(with), this->soon());
  };
  if (!TypeParam::kCopies) {
    EXPECT_EQ(copy(source, options).error().fault, Fault::Denied);
    return;
  }
  EXPECT_EQ(copy(source, options).value(), PutOutcome::Stored);
  EXPECT_EQ(this->read("to/here"), "copied");
  const ObjectInfo info = this->store().head(ObjectKey("to/here"), this->soon()).value();
  EXPECT_EQ(info.metadata, options.metadata);
  EXPECT_EQ(info.content_type, "application/x-ndjson");
  EXPECT_EQ(info.content_encoding, "gzip");
  EXPECT_EQ(copy(source, options).value(), PutOutcome::AlreadyThere);
  EXPECT_EQ(copy({other.bucket(), ObjectKey("no")}, options, "not/there").error().fault, Fault::NotFound);
}

}  // namespace headgate::conformance
