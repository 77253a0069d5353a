#include "model/object_index.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "model/compression/checksum.h"
#include "model/compression/compressed_test_data.h"
#include "model/compression/empty_member.h"
#include "model/compression/little_endian.h"

namespace headgate {
namespace {

using test_data::compress;
using test_data::decompress;
using test_data::log_lines;
using test_data::Numbers;

struct Packed {
  std::string object;
  std::string text;                // all records
  std::vector<std::string> texts;  // by member
  ObjectIndex index;
};

// `members` members of `sources` sources in turn.
Packed pack(Codec codec, std::size_t members, std::size_t sources, std::size_t member_bytes = 500) {
  Packed packed;
  for (std::size_t number = 0; number < sources; ++number) {
    packed.index.sources.push_back({.application = Application("app-" + std::to_string(number / 2)),
                                    .pod = PodName("pod-" + std::to_string(number))});
  }
  Numbers numbers(members);
  for (std::size_t number = 0; number < members; ++number) {
    packed.texts.push_back(log_lines(member_bytes - 1, number) + "\n");
    packed.text += packed.texts.back();
    const std::string member = compress(packed.texts.back(), {codec, 1});
    const auto first = static_cast<std::int64_t>(1'756'553'221'000'000'000U + numbers.below(1U << 30U));
    packed.index.members.push_back({.source = number % sources,
                                    .bytes = member.size(),
                                    .raw_bytes = packed.texts.back().size(),
                                    .lines = number,
                                    .first_at = Timestamp{first},
                                    .last_at = Timestamp{first + 7}});
    packed.object += member;
  }
  packed.object += index_members(packed.index, codec).value();
  return packed;
}

Result<ObjectIndex> index_of(std::string_view object) {
  const std::string_view tail = object.substr(object.size() - std::min(object.size(), kIndexTailBytes));
  const IndexPlace place = TRY(find_index(tail, object.size()));
  return read_index(object.substr(place.first), place);
}

std::string error_of(std::string_view object) {
  const Result<ObjectIndex> index = index_of(object);
  return index.ok() ? "read" : std::string(name_of(index.error().fault)) + ": " + index.error().what;
}

const std::vector<Codec> kCodecs = {Codec::Gzip, Codec::Zstd};

TEST(ObjectIndex, ReadsBackFromTheObjectsEnd) {
  for (const Codec codec : kCodecs) {
    for (const auto& [members, sources] : {std::pair<std::size_t, std::size_t>{0, 0}, {1, 1}, {40, 7}}) {
      const Packed packed = pack(codec, members, sources);
      const Result<ObjectIndex> index = index_of(packed.object);
      ASSERT_TRUE(index.ok()) << index.error().what;
      EXPECT_EQ(*index, packed.index);
    }
  }
}

TEST(ObjectIndex, KeepsTimesOfAnyYear) {
  ObjectIndex index{.sources = {{}}, .members = {}};
  for (const std::int64_t at : {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    index.members.push_back({.bytes = 1, .first_at = Timestamp{at}, .last_at = Timestamp{INT64_MAX}});
  }
  EXPECT_EQ(index_of("12345" + index_members(index, Codec::Gzip).value()).value(), index);
}

TEST(ObjectIndex, TakesSeveralMembersWhenAnExtraFieldIsTooSmall) {
  for (const Codec codec : kCodecs) {
    const Packed packed = pack(codec, 6000, 3000, 100);
    std::string_view rest(packed.object);
    rest.remove_prefix(packed.index.bytes());
    std::size_t members = 0;
    while (take_empty_member(rest, codec)) ++members;
    EXPECT_TRUE(rest.empty());
    EXPECT_GE(members, 3U);  // two pieces and the locator
    EXPECT_EQ(index_of(packed.object).value(), packed.index);
    EXPECT_TRUE(decompress(packed.object).value() == packed.text);
  }
}

TEST(ObjectIndex, OurReaderSeesOnlyTheRecords) {
  for (const Codec codec : kCodecs) {
    const Packed packed = pack(codec, 20, 5);
    for (const std::size_t step : {1U, 7U, 65536U}) {
      test_data::ShortSource source(packed.object, step);
      CompressedReader reader(source, {});
      EXPECT_TRUE(test_data::read_all(reader).value() == packed.text) << step;
    }
  }
}

TEST(ObjectIndex, CutRangesAreAWholeObject) {
  for (const Codec codec : kCodecs) {
    const Packed packed = pack(codec, 30, 6);
    std::string cut;
    std::string wanted;
    std::uint64_t first = 0;
    for (std::size_t number = 0; number < packed.index.members.size(); ++number) {
      const IndexedMember& member = packed.index.members[number];
      if (packed.index.sources[member.source].application.view() == "app-1") {
        cut += packed.object.substr(first, member.bytes);
        wanted += packed.texts[number];
      }
      first += member.bytes;
    }
    EXPECT_FALSE(wanted.empty());
    EXPECT_TRUE(decompress(cut).value() == wanted);
  }
}

int run(const std::string& command) {
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): the point is what a shell runs
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(ObjectIndex, OtherToolsSeeOnlyTheRecords) {
  struct Tool {
    Codec codec;
    const char* command;  // %f: the object, %t: its records
  };
  const Tool tools[] = {
      {Codec::Gzip, "gzip -t %f"},
      {Codec::Gzip, "gzip -dc %f | cmp - %t"},
      {Codec::Gzip, "zcat %f | cmp - %t"},
      {Codec::Gzip,
       R"(python3 -c 'import gzip,sys; sys.exit(gzip.open("%f").read() != open("%t","rb").read())')"},
      {Codec::Zstd, "zstd -tq %f"},
      {Codec::Zstd, "zstd -dcq %f | cmp - %t"},
  };
  for (const std::size_t members : {std::size_t{3}, std::size_t{4000}}) {
    for (const Codec codec : kCodecs) {
      const Packed packed = pack(codec, members, members, 300);
      const std::string object = testing::TempDir() + "headgate_packed.json" + std::string(suffix_of(codec));
      const std::string text = testing::TempDir() + "headgate_packed.json";
      write_file(object, packed.object);
      write_file(text, packed.text);
      for (const Tool& tool : tools) {
        if (tool.codec != codec) continue;
        std::string command = tool.command;
        command.replace(command.find("%f"), 2, object);
        if (command.find("%t") != std::string::npos) command.replace(command.find("%t"), 2, text);
        EXPECT_EQ(run(command), 0) << command;
      }
      EXPECT_EQ(std::remove(object.c_str()) + std::remove(text.c_str()), 0);
    }
  }
}

TEST(ObjectIndex, ZlibFindsTheSubfieldAndNoData) {
  std::string member;
  append_empty_member(member, Codec::Gzip, "payload");
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  unsigned char extra[64] = {};
  unsigned char out[8];
  gz_header header{};
  header.extra = extra;
  header.extra_max = sizeof(extra);
  ASSERT_EQ(inflateGetHeader(&stream, &header), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(member.data());
  stream.avail_in = static_cast<uInt>(member.size());
  stream.next_out = out;
  stream.avail_out = sizeof(out);
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.total_out, 0U);
  EXPECT_EQ(stream.avail_in, 0U);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(extra), header.extra_len),
            std::string("HG\x07\0payload", 11));
  EXPECT_EQ(inflateEnd(&stream), Z_OK);
}

TEST(ObjectIndex, SaysWhatIsDamaged) {
  for (const Codec codec : kCodecs) {
    const Packed packed = pack(codec, 10, 3);
    const std::size_t records = packed.index.bytes();
    const std::string& whole = packed.object;
    EXPECT_EQ(error_of(""), "not-found: no index at the end of the object");
    EXPECT_EQ(error_of(whole.substr(0, records)), "not-found: no index at the end of the object");
    EXPECT_EQ(error_of(whole.substr(0, whole.size() - 1)), "not-found: no index at the end of the object");
    EXPECT_EQ(error_of(whole.substr(1)), "invalid: index: its members are cut short");
    EXPECT_EQ(error_of(whole.substr(whole.size() - kIndexTailBytes)),
              "invalid: index locator: points elsewhere");
    for (std::size_t at = records; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      EXPECT_NE(error_of(damaged), "read") << at;
    }
  }
}

// An object of `records` bytes whose index is `encoded`, with checksums that fit.
std::string object_with(std::string_view encoded, std::uint64_t records) {
  std::string object(records, 'r');
  append_empty_member(object, Codec::Gzip, encoded);
  std::string locator("HGindex1");
  append_little_endian(locator, records);
  append_little_endian(locator, std::uint64_t{encoded.size()});
  append_little_endian(locator, crc32c(0, encoded));
  append_little_endian(locator, crc32c(0, locator));
  append_empty_member(object, Codec::Gzip, locator);
  return object;
}

TEST(ObjectIndex, SaysWhatIsWrongInAnIndexWhoseChecksumsFit) {
  using namespace std::string_literals;
  const std::string member = "\0\x09\x01\x01\0\0"s;  // of source 0, nine bytes
  const std::pair<std::string, std::string> cases[] = {
      {"\x01\x01\x01"s + "a\x01p" + "\x01" + member, "read"},
      {"\x01\0\0"s, "invalid: index: members end before it begins"},
      {"\x02\0\0"s, "invalid: index: version: 2, not 1"},
      {"\x01"s, "invalid: index: sources: cut short"},
      {"\x01\x01\x0A"s + "app", "invalid: index: application: cut short"},
      {"\x01\x01\x03"s + "ap", "invalid: index: application: cut short"},  // its own length is no part of it
      {"\x01\x01\x01"s + "a\x05pod", "invalid: index: pod: cut short"},
      {"\x01\x81\x80\x04"s, "invalid: index: sources: over 65536"},
      {"\x01\0\x81\x80\x10"s, "invalid: index: members: over 262144"},
      {"\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"s, "invalid: index: sources: a number over 64 bits"},
      {"\x01\0\x01"s + member, "invalid: index: member 1: source: there is no such one"},
      {"\x01\x01\0\0\x01\0\0\x01\x01\0\0"s, "invalid: index: member 1: bytes: none"},
      {"\x01\x01\0\0\x01\0\x09\x01"s, "invalid: index: member 1: lines: cut short"},
      {"\x01\x01\0\0\x01\0\x09\x01\x01\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
       "invalid: index: member 1: last time: before the first"},
      {"\x01\x01\0\0\x01"s + member + "x", "invalid: index: bytes behind the last member"},
      {"\x01\x01\0\0\x02"s + member + member, "invalid: index: members reach into it"},
  };
  for (const auto& [encoded, words] : cases) EXPECT_EQ(error_of(object_with(encoded, 9)), words);
}

TEST(ObjectIndex, RefusesMembersThatDoNotEndWhereItBegins) {
  for (const std::uint64_t bytes : {std::uint64_t{3}, std::uint64_t{5}, UINT64_MAX}) {
    const ObjectIndex index{.sources = {{}}, .members = {{.bytes = 1}, {.bytes = bytes}}};
    std::string object = "12345" + index_members(index, Codec::Zstd).value();
    EXPECT_NE(error_of(object), "read") << bytes;
  }
}

TEST(ObjectIndex, RefusesWhatItCannotHold) {
  EXPECT_EQ(index_members({}, Codec::None).error().fault, Fault::Invalid);
  ObjectIndex index;
  index.sources.resize(kIndexSourcesMax + 1);
  EXPECT_EQ(index_members(index, Codec::Gzip).error().what,
            "index: over its limits (0 members of 65537 sources)");
}

}  // namespace
}  // namespace headgate
