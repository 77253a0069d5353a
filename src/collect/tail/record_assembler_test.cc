#include "collect/tail/record_assembler.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

constexpr Timestamp kAt = Timestamp::from_seconds(1'756'553'221);

RecordAssembler::Piece piece(std::string_view text, bool is_partial, Stream stream = Stream::Stdout,
                             std::uint64_t offset = 0, std::uint64_t file = 1) {
  return {.origin = {.file = file, .offset = offset},
          .at = kAt,
          .stream = stream,
          .is_partial = is_partial,
          .text = text};
}

std::vector<std::string> messages(std::span<const Record> records) {
  std::vector<std::string> texts;
  for (const Record& record : records) texts.emplace_back(record.message);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(RecordAssembler, GivesAWholeLineAtOnce) {
  RecordAssembler assembler(100);
  const auto records = assembler.take(piece("hello", false));
  ASSERT_EQ(messages(records), Texts{"hello"});
  EXPECT_EQ(records[0].at, kAt);
  EXPECT_EQ(records[0].part, 0U);
  EXPECT_FALSE(assembler.is_open(Stream::Stdout));
}

TEST(RecordAssembler, JoinsThePiecesOfEachStreamApart) {
  RecordAssembler assembler(100);
  EXPECT_TRUE(assembler.take(piece("out one, ", true)).empty());
  EXPECT_TRUE(assembler.take(piece("err one, ", true, Stream::Stderr)).empty());
  EXPECT_EQ(messages(assembler.take(piece("out two", false))), Texts{"out one, out two"});
  const auto records = assembler.take(piece("err two", false, Stream::Stderr));
  EXPECT_EQ(messages(records), Texts{"err one, err two"});
  EXPECT_EQ(records[0].stream, Stream::Stderr);
}

TEST(RecordAssembler, TakesTheMessagesTimeFromTheJoinedText) {
  RecordAssembler assembler(200);
  assembler.take(piece("{\"msg\":\"long\",", true));
  const auto records = assembler.take(piece("\"ts\":\"2025-08-30T10:00:00.5Z\"}", false));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(to_rfc3339(records[0].at), "2025-08-30T10:00:00.500000000Z");
  EXPECT_EQ(records[0].ingested_at, kAt);
}

TEST(RecordAssembler, SaysThatAMessagesTimeIsIgnored) {
  RecordAssembler assembler(20);
  auto records = assembler.take(piece("2024-02-29T00:00:00Z", false));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].at, kAt);
  EXPECT_TRUE(records[0].is_time_ignored);
  EXPECT_FALSE(assembler.take(piece("2025-08-30T11:27:01Z", false))[0].is_time_ignored);
  EXPECT_FALSE(assembler.take(piece("no time", false))[0].is_time_ignored);
  // The parts of a long one too.
  records = assembler.take(piece("2024-02-29T00:00:00Z is the day of the invoice", false));
  ASSERT_EQ(records.size(), 3U);
  for (const Record& record : records) EXPECT_TRUE(record.is_time_ignored && record.at == kAt);

  RecordAssembler unbounded(100, {}, {.before_max = std::chrono::hours{24 * 3650}});
  EXPECT_EQ(to_rfc3339(unbounded.take(piece("2024-02-29T00:00:00Z", false))[0].at),
            "2024-02-29T00:00:00.000000000Z");
}

TEST(RecordAssembler, SplitsARecordOverTheLimitIntoMarkedParts) {
  RecordAssembler assembler(4);
  const auto records = assembler.take(piece("abcdefghij", false));
  ASSERT_EQ(messages(records), (Texts{"abcd", "efgh", "ij"}));
  for (std::size_t index = 0; index < records.size(); ++index) {
    EXPECT_EQ(records[index].part, index + 1);
    EXPECT_EQ(records[index].is_last_part, index == 2);
  }
  // Exactly at the limit is whole.
  EXPECT_EQ(assembler.take(piece("abcd", false))[0].part, 0U);
}

TEST(RecordAssembler, NeverCutsAUtf8Character) {
  RecordAssembler assembler(4);
  EXPECT_EQ(messages(assembler.take(piece("abc\xc3\xa9x", false))), (Texts{"abc", "\xc3\xa9x"}));
  EXPECT_EQ(messages(assembler.take(piece("a\xf0\x9f\x98\x80", false))), (Texts{"a", "\xf0\x9f\x98\x80"}));
  // Bytes that are no text are cut at the limit, or they would never be.
  EXPECT_EQ(messages(assembler.take(piece("\x80\x80\x80\x80\x80\x80", false))),
            (Texts{"\x80\x80\x80\x80", "\x80\x80"}));
}

TEST(RecordAssembler, EmitsPartsEarlySoThatItHoldsNoMoreThanItsLimit) {
  RecordAssembler assembler(4);
  EXPECT_EQ(messages(assembler.take(piece("abcdef", true))), Texts{"abcd"});
  EXPECT_EQ(messages(assembler.take(piece("gh", true))), Texts{});
  EXPECT_EQ(messages(assembler.take(piece("ij", true))), Texts{"efgh"});
  const auto last = assembler.take(piece("", false));
  EXPECT_EQ(messages(last), Texts{"ij"});
  EXPECT_EQ(last[0].part, 3U);
  EXPECT_TRUE(last[0].is_last_part);
}

TEST(RecordAssembler, ResumesAStreamAtTheFirstPieceOfItsOpenRecord) {
  RecordAssembler assembler(100);
  assembler.take(piece("open", true, Stream::Stdout, 50));
  assembler.take(piece("closed", false, Stream::Stderr, 90));
  EXPECT_EQ(assembler.position(Stream::Stdout, 1, 140).offset, 50U);
  EXPECT_EQ(assembler.position(Stream::Stderr, 1, 140).offset, 140U);
  assembler.take(piece("end", false, Stream::Stdout, 140));
  EXPECT_EQ(assembler.position(Stream::Stdout, 1, 200).offset, 200U);
}

TEST(RecordAssembler, ResumesARecordThatSpansARotation) {
  RecordAssembler assembler(100);
  assembler.take(piece("in the old file, ", true, Stream::Stdout, 900, 1));
  assembler.take(piece("in the new one, ", true, Stream::Stdout, 0, 2));
  EXPECT_EQ(assembler.position(Stream::Stdout, 1, 1000).offset, 900U);
  EXPECT_EQ(assembler.position(Stream::Stdout, 2, 60).offset, 0U);
}

TEST(RecordAssembler, PassesOverThePartsThatWereTakenBeforeARestart) {
  RecordAssembler before(4);
  before.take(piece("abcdefghij", true, Stream::Stdout, 70));
  const StreamPosition position = before.position(Stream::Stdout, 1, 999);
  EXPECT_EQ(position, (StreamPosition{.offset = 70, .bytes_taken = 8, .parts_taken = 2}));

  RecordAssembler after(4);
  after.resume(Stream::Stdout, position);
  EXPECT_EQ(messages(after.take(piece("abcdefghij", true, Stream::Stdout, 70))), Texts{});
  const auto rest = after.take(piece("k", false, Stream::Stdout, 99));
  EXPECT_EQ(messages(rest), Texts{"ijk"});
  EXPECT_EQ(rest[0].part, 3U);
}

TEST(RecordAssembler, GivesAnOpenRecordAsPartsOfItToHoldLess) {
  RecordAssembler assembler(100);
  assembler.take(piece("1234567890123456789012345678901234567890 caf\xc3", true, Stream::Stdout, 70));
  EXPECT_EQ(assembler.open_bytes(), 45U);
  const auto given = assembler.give_open(Stream::Stdout);
  EXPECT_EQ(messages(given), Texts{"1234567890123456789012345678901234567890 caf"});
  EXPECT_EQ(given[0].part, 1U);
  EXPECT_FALSE(given[0].is_last_part);
  assembler.drop_given();
  EXPECT_EQ(assembler.open_bytes(), 1U);
  EXPECT_EQ(assembler.position(Stream::Stdout, 1, 999),
            (StreamPosition{.offset = 70, .bytes_taken = 44, .parts_taken = 1}));
  EXPECT_TRUE(assembler.give_open(Stream::Stdout).empty());  // half a character is no part
  const auto last = assembler.take(piece("\xa9", false));
  EXPECT_EQ(messages(last), Texts{"\xc3\xa9"});
  EXPECT_EQ(last[0].part, 2U);
  EXPECT_TRUE(last[0].is_last_part);
  EXPECT_TRUE(assembler.give_open(Stream::Stderr).empty());
}

TEST(RecordAssembler, GivesWhatIsThereWhenTheRestWillNeverCome) {
  RecordAssembler assembler(100);
  assembler.take(piece("half", true));
  EXPECT_EQ(messages(assembler.end(Stream::Stdout)), Texts{"half"});
  EXPECT_TRUE(assembler.end(Stream::Stdout).empty());
  EXPECT_TRUE(assembler.end(Stream::Stderr).empty());
}

}  // namespace
}  // namespace headgate::collect
