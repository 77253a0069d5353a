#include "collect/tail/record_joiner.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

using Texts = std::vector<std::string>;

// A record begins with "+" and goes on with what does not.
struct RecordJoining : testing::Test {
  void make(RecordJoiner::Options options = {}) {
    options.pattern = &pattern;
    joiner.emplace(options);
  }
  static Texts texts(std::span<const Record> records) {
    Texts found;
    for (const Record& record : records) found.emplace_back(record.message);
    return found;
  }
  Texts take(const std::string& text, Stream stream = Stream::Stdout) {
    const Record record{
        .at = Timestamp{++now}, .ingested_at = Timestamp{now + 100}, .message = text, .stream = stream};
    const PieceOrigin origin{.file = file, .offset = offset};
    offset += 10;
    return texts(joiner->take({&record, 1}, {&origin, 1}));
  }

  const MultilinePattern pattern = MultilinePattern::starting_with({"^\\+"}).value();
  std::optional<RecordJoiner> joiner;
  std::int64_t now = 0;
  std::uint64_t file = 1;
  std::uint64_t offset = 0;
};

TEST_F(RecordJoining, GivesTheFirstLinesTimes) {
  make();
  EXPECT_EQ(take("+one"), Texts{});
  EXPECT_EQ(take("two"), Texts{});
  const Record record{.message = "+next"};
  const auto given = joiner->take({&record, 1}, {});
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].message, "+one\ntwo");
  EXPECT_EQ(given[0].at, Timestamp{1});
  EXPECT_EQ(given[0].ingested_at, Timestamp{101});
  EXPECT_EQ(joiner->joined(), 1U);
}

TEST_F(RecordJoining, KeepsTheStreamsApart) {
  make();
  EXPECT_EQ(take("+out"), Texts{});
  EXPECT_EQ(take("+err", Stream::Stderr), Texts{});
  EXPECT_EQ(take("more out"), Texts{});
  EXPECT_EQ(take("more err", Stream::Stderr), Texts{});
  EXPECT_EQ(take("+"), Texts{"+out\nmore out"});
  EXPECT_EQ(texts(joiner->take_last(Stream::Stderr, {}, {})), Texts{"+err\nmore err"});
}

TEST_F(RecordJoining, IsBoundedInLinesAndBytes) {
  make({.bytes_max = 12, .lines_max = 3});
  EXPECT_EQ(take("+1"), Texts{});
  EXPECT_EQ(take("2"), Texts{});
  EXPECT_EQ(take("3"), Texts{});
  EXPECT_EQ(take("4"), Texts{"+1\n2\n3"});
  EXPECT_EQ(take("12345678901"), Texts{"4"});  // 1 + newline + 11 are over 12
  EXPECT_EQ(take("12345678901234567890"), Texts{"12345678901"});
  EXPECT_EQ(take("+"), Texts{"12345678901234567890"});
}

TEST_F(RecordJoining, GivesWhatIsOldEnough) {
  make({.age_max = std::chrono::seconds{1}});
  const SteadyTime found{std::chrono::hours{1}};
  EXPECT_EQ(take("+one"), Texts{});
  EXPECT_EQ(joiner->due_at(), SteadyTime::max());
  EXPECT_EQ(texts(joiner->end_aged(Stream::Stdout, found)), Texts{});
  EXPECT_EQ(joiner->due_at(), found + std::chrono::seconds{1});
  EXPECT_EQ(take("two"), Texts{});
  EXPECT_EQ(texts(joiner->end_aged(Stream::Stdout, found + std::chrono::milliseconds{999})), Texts{});
  EXPECT_EQ(texts(joiner->end_aged(Stream::Stderr, found + std::chrono::seconds{9})), Texts{});
  EXPECT_EQ(texts(joiner->end_aged(Stream::Stdout, found + std::chrono::seconds{1})), Texts{"+one\ntwo"});
  EXPECT_EQ(joiner->due_at(), SteadyTime::max());
  EXPECT_EQ(take("three"), Texts{"three"});
}

TEST_F(RecordJoining, SaysWhereInEachFileWhatItHoldsBegins) {
  make();
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 1), std::nullopt);
  take("alone");  // at 0
  take("+one");   // at 10
  take("two");
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 1), 10U);
  file = 2;
  offset = 0;
  take("other stream", Stream::Stderr);
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 2), std::nullopt);
  take("three");  // at 10 of the second file
  take("four");
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 1), 10U);
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 2), 10U);
  EXPECT_EQ(joiner->offset_in(Stream::Stderr, 2), std::nullopt);
  take("+next");
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 1), std::nullopt);
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 2), 30U);
  joiner->reset();
  EXPECT_EQ(joiner->offset_in(Stream::Stdout, 2), std::nullopt);
  EXPECT_FALSE(joiner->holds(Stream::Stdout));
}

TEST_F(RecordJoining, LeavesPartsAndDamagedLinesAsTheyAre) {
  make();
  take("+one");
  for (const Record& odd : {Record{.message = "part", .part = 1, .is_last_part = false},
                            Record{.message = "damaged", .is_damaged = true}}) {
    take("+held");
    EXPECT_EQ(texts(joiner->take({&odd, 1}, {})), (Texts{"+held", std::string(odd.message)}));
    EXPECT_EQ(take("goes on with nothing"), Texts{"goes on with nothing"});
  }
}

}  // namespace
}  // namespace headgate::collect
