#include "model/record_reader.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "model/json_line.h"
#include "model/record.h"

namespace headgate {
namespace {

using namespace std::string_literals;

// A ReadRecord that owns its text.
struct Kept {
  std::string message;
  std::optional<Timestamp> at = {};
  std::optional<Timestamp> ingested_at = {};
  std::string application = {};
  std::string pod_name = {};
  std::string container_name = {};
  std::string stream = {};
  std::uint64_t line = 0;
  friend bool operator==(const Kept&, const Kept&) = default;
};

std::ostream& operator<<(std::ostream& out, const Kept& kept) {
  return out << kept.line << ": " << kept.message << " @" << (kept.at ? kept.at->nanoseconds : -1) << " @"
             << (kept.ingested_at ? kept.ingested_at->nanoseconds : -1) << ' ' << kept.application << '/'
             << kept.pod_name << '/' << kept.container_name << '/' << kept.stream;
}

Kept keep(const ReadRecord& record) {
  return {.message = std::string(record.message),
          .at = record.at,
          .ingested_at = record.ingested_at,
          .application = std::string(record.application),
          .pod_name = std::string(record.pod_name),
          .container_name = std::string(record.container_name),
          .stream = std::string(record.stream),
          .line = record.line};
}

struct Read {
  std::vector<Kept> records;
  ReadCounts counts;
  std::string error;
};

Read read_all(std::string text, RecordReader::Options options = {}) {
  StringSource source(std::move(text));
  RecordReader reader(source, options);
  Read read;
  while (true) {
    const auto record = reader.next();
    if (!record.ok()) {
      read.error = record.error().what;
      break;
    }
    if (*record == nullptr) break;
    read.records.push_back(keep(**record));
  }
  read.counts = reader.counts();
  return read;
}

std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> messages;
  for (const Kept& kept : read_all(text).records) messages.push_back(kept.message);
  return messages;
}

std::string encoded(const RecordFrame& frame, const Record& record) {
  std::vector<char> into(frame.bytes_max(record.message.size()));
  return {into.data(), frame.encode(record, into.data())};
}

using Messages = std::vector<std::string>;

TEST(RecordReader, ReadsNdjsonInOrderAndSkipsBlankLines) {  // P-1
  const Read read = read_all("{\"message\":\"a\"}\n\n  \t\r\n{\"message\":\"b\"}\n{\"message\":\"c\"}");
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[0], (Kept{.message = "a", .line = 1}));
  EXPECT_EQ(read.records[1], (Kept{.message = "b", .line = 4}));
  EXPECT_EQ(read.records[2], (Kept{.message = "c", .line = 5}));
  EXPECT_EQ(read.counts.lines, 5U);
  EXPECT_EQ(read.counts.records, 3U);
  EXPECT_TRUE(read_all("").records.empty());
  EXPECT_TRUE(read_all("\n \n").records.empty());
}

TEST(RecordReader, ReadsAnArrayOnALineAsOneRecordAnElement) {  // P-2, P-6
  EXPECT_EQ(
      messages_of(R"([{"message":"a"},{"message":"b"}])"
                  "\n"
                  R"( [ ] )"
                  "\n"
                  R"([{"n":1,"namespace":"x"},2,"text",null,[{"message":"deep"}], true ,{"message":"c"} ])"
                  "\n"
                  R"({"message":"after"})"),
      (Messages{"a", "b", R"({"n":1})", "2", R"("text")", "null", R"([{"message":"deep"}])", "true", "c",
                "after"}));
  const Read read = read_all(R"([{"message":"a\n","pod_name":"p\t"},{"message":"b","pod_name":"q"}])");
  EXPECT_EQ(read.records[0], (Kept{.message = "a\n", .pod_name = "p\t", .line = 1}));
  EXPECT_EQ(read.records[1], (Kept{.message = "b", .pod_name = "q", .line = 1}));
}

TEST(RecordReader, ReadsWhatIsNoJsonAsText) {  // P-3, P-6
  const Messages lines = {"plain text",
                          "{\"message\":\"cut of",
                          "{\"message\":\"a\"} x",
                          "{\"message\":\"a\"}{\"message\":\"b\"}",
                          "{\"message\":\"a\",}",
                          "{\"message\":\"a\" \"b\":1}",
                          "{\"message\":01}",
                          "{\"message\":nul}",
                          "{\"message\":\"a\",\"b\":tru}",
                          "{\"message\":\"a\",\"b\":[1,]}",
                          "{\"message\":\"a\",\"b\":[1}}",
                          "{\"message\":\"a\",\"b\":{\"c\"}}",
                          "{\"message\":\"a\",\"b\":\"\\x\"}",
                          "{\"message\":\"a\",\"\\u12\":1}",
                          "{\"message\":\"tab\t\"}",
                          "{message:\"a\"}",
                          "{'message':'a'}",
                          "[1,2",
                          "[1 2]",
                          "[{\"message\":\"a\"},{\"message\":}]",
                          "42",
                          "\"a JSON string\"",
                          "null",
                          "  indented, with a blank behind ",
                          "carriage return\r",
                          "nul \0 byte"s,
                          "{",
                          "[",
                          "}",
                          "\xef\xbb\xbf{\"message\":\"behind a byte order mark\"}"};
  for (const std::string& line : lines) {
    const Read read = read_all("{\"message\":\"before\"}\n" + line + "\n{\"message\":\"after\"}\n");
    ASSERT_EQ(read.records.size(), 3U) << line;
    EXPECT_EQ(read.records[1], (Kept{.message = line, .line = 2}));
    EXPECT_EQ(read.counts.not_json, 1U) << line;
  }
}

TEST(RecordReader, AnObjectWithoutMessageIsItsOwnMessage) {  // P-4
  const std::pair<std::string, std::string> cases[] = {
      {R"({"a":1,"b":"x"})", R"({"a":1,"b":"x"})"},
      {R"( {"z" : 1.10e2 ,  "a":12345678901234567890123 } )",
       R"({"z" : 1.10e2 ,  "a":12345678901234567890123 })"},
      {R"({"cluster_id":"c","namespace":"n","application":"a","pod_name":"p","ingest_timestamp":"i","timestamp":"t","kubernetes":{"a":[1,{"b":2}]},"file":"f","source_type":"s","stream":"stdout"})",
       "{}"},
      {R"({"level":"info","namespace":"n","ok":true,"stream":"stdout"})", R"({"level":"info","ok":true})"},
      {R"({"namespace":"n","level":"info"})", R"({"level":"info"})"},
      {R"({ "level" : "a,}b" , "namespace" : "n" , "x" : { "namespace" : 1 } })",
       R"({ "level" : "a,}b" , "x" : { "namespace" : 1 } })"},
      {R"({"names\u0070ace":"n","\u0061":"\ud800"})", R"({"\u0061":"\ud800"})"},
      {R"({"Namespace":"kept"})", R"({"Namespace":"kept"})"},
      {"{}", "{}"},
      {"{ }", "{ }"},
      {R"({"a":{},"b":[]})", R"({"a":{},"b":[]})"},
  };
  for (const auto& [line, message] : cases) {
    const Read read = read_all(line);
    ASSERT_EQ(read.records.size(), 1U);
    EXPECT_EQ(read.records[0].message, message) << line;
    EXPECT_EQ(read.counts.no_message, 1U);
    EXPECT_EQ(read.counts.not_json, 0U);
    std::string array = "[1, ";
    array.append(line).append(" , ").append(line).append("]");
    EXPECT_EQ(messages_of(array), (Messages{"1", message, message}));
  }
}

TEST(RecordReader, AMessageThatIsNoStringIsItsJsonText) {  // P-5
  const std::pair<std::string, std::string> cases[] = {
      {R"({ "b" : 1.0, "a":[ ] } )", R"({ "b" : 1.0, "a":[ ] })"},
      {R"([1, 2 ] )", "[1, 2 ]"},
      {"12345678901234567890.10", "12345678901234567890.10"},
      {"true", "true"},
      {"null", "null"},
      {R"("")", ""},
  };
  for (const auto& [json, message] : cases) {
    EXPECT_EQ(messages_of("{\"message\":" + json + "}"), Messages{message});
    EXPECT_EQ(messages_of("{\"x\":1,\"message\": " + json + ",\"y\":2}"), Messages{message});
    EXPECT_EQ(messages_of("[{\"message\":" + json + "}]"), Messages{message});
  }
}

TEST(RecordReader, UnescapesStringsAndRepairsBadUnicode) {
  EXPECT_EQ(messages_of(R"({"message":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"})"),
            Messages{"\"\\/\b\f\n\r\t\u00e9\U0001f600\0"s});
  EXPECT_EQ(messages_of(R"({"message":"\ud800 alone"})"), Messages{"\ufffd alone"});
  EXPECT_EQ(messages_of("{\"message\":\"bad \xff\xc3\"}"), Messages{"bad \ufffd\ufffd"});
  EXPECT_EQ(messages_of("not JSON \xff"), Messages{"not JSON \ufffd"});
  EXPECT_EQ(messages_of("{\"a\":\"\xff\",\"namespace\":1}"), Messages{"{\"a\":\"\ufffd\"}"});
  EXPECT_EQ(messages_of("[\"\xff\",{\"message\":\"\xfe\"}]"), (Messages{"\"\ufffd\"", "\ufffd"}));
  EXPECT_EQ(messages_of("{\"message\":\"unicode \u2028 \x7f\"}"), Messages{"unicode \u2028 \x7f"});
}

TEST(RecordReader, TheLastOfEqualKeysCountsAndKeysMayBeEscaped) {
  EXPECT_EQ(messages_of(R"({"message":"a","message":"b"})"), Messages{"b"});
  EXPECT_EQ(messages_of(R"({"mess\u0061ge":"a"})"), Messages{"a"});
  EXPECT_EQ(messages_of(R"({"message":"a\n","message":"b\n","x":"\t"})"), Messages{"b\n"});
}

TEST(RecordReader, ReadsTimesAsTextOrNumber) {               // P-7 to P-10
  constexpr std::int64_t kNoon = 1'704'110'400'000'000'000;  // 2024-01-01T12:00:00Z
  const std::pair<std::string, std::optional<std::int64_t>> cases[] = {
      {R"("2024-01-01T12:00:00Z")", kNoon},
      {R"("2024-01-01T12:00:00+00:00")", kNoon},
      {R"("2024-01-01T07:00:00-05:00")", kNoon},
      {R"("2024-01-01T12:00:00.123456789Z")", kNoon + 123'456'789},
      {R"("2024-01-01\u005412:00:00Z")", kNoon},
      {"1704110400", kNoon},
      {"1704110400000", kNoon},
      {"1704110400.5", kNoon + 500'000'000},
      {"1704110400000000000", kNoon},
      {R"("2024-01-15 10:30:00")", std::nullopt},
      {R"("")", std::nullopt},
      {R"("yesterday")", std::nullopt},
      {"5", std::nullopt},
      {"null", std::nullopt},
      {"true", std::nullopt},
      {"{}", std::nullopt},
      {"[1704110400]", std::nullopt},
  };
  for (const auto& [json, expected] : cases) {
    const Read read = read_all("{\"message\":\"m\",\"timestamp\":" + json +
                               ",\"ingest_timestamp\":\"2024-01-01T12:00:00Z\"}");
    ASSERT_EQ(read.records.size(), 1U);
    EXPECT_EQ(read.records[0].at.has_value(), expected.has_value()) << json;
    EXPECT_EQ(read.records[0].at.value_or(Timestamp{}).nanoseconds, expected.value_or(0)) << json;
    EXPECT_EQ(read.records[0].ingested_at, std::optional(Timestamp{kNoon}));
    EXPECT_EQ(read.counts.bad_time, expected.has_value() ? 0U : 1U) << json;
  }
  const Read absent = read_all(R"({"message":"m"})");
  EXPECT_FALSE(absent.records[0].at.has_value());
  EXPECT_EQ(absent.counts.bad_time, 0U);
}

TEST(RecordReader, ReadsVectorsRecords) {
  const std::string line =
      R"({"application":"payments","cluster_id":"prod-1","file":"/var/log/pods/x/0.log","ingest_timestamp":"2025-08-30T11:27:02Z",)"
      R"("kubernetes":{"container_id":"cri-o://abc","container_name":"app","node_labels":{"a":"b"},"pod_ips":["10.0.0.1"],"pod_name":"p-1"},)"
      R"("message":"{\"level\":\"info\",\"n\":12345678901234567890}","metadata":{"labels":{"x":"y"}},"namespace":"shop","pod_name":"p-1",)"
      R"("source_type":"kubernetes_logs","stream":"stderr","timestamp":"2025-08-30T11:27:01.5Z"})";
  const Kept expected{.message = R"({"level":"info","n":12345678901234567890})",
                      .at = Timestamp{1'756'553'221'500'000'000},
                      .ingested_at = Timestamp{1'756'553'222'000'000'000},
                      .application = "payments",
                      .pod_name = "p-1",
                      .container_name = "app",
                      .stream = "stderr",
                      .line = 1};
  EXPECT_EQ(read_all(line).records, std::vector<Kept>{expected});
  EXPECT_EQ(read_all("[" + line + ", " + line + "]").records, (std::vector<Kept>{expected, expected}));
  EXPECT_EQ(
      read_all(R"({"message":"m","kubernetes":7,"application":8,"pod_name":null,"stream":["x"]})").records,
      std::vector<Kept>{(Kept{.message = "m", .line = 1})});
}

TEST(RecordReader, ReadsBackEveryRecordOfOurs) {
  std::mt19937 random(11);
  const std::string messages[] = {
      "",     "plain",  "with \"quotes\" and \\",  "tab\tnewline\n", "nul\0"s, "ü 😀",
      "\x7f", "\u2028", std::string(100'000, 'm'), "\\ud800",        "\r"};
  std::vector<RecordFrame> frames;
  std::vector<Kept> expected;
  const char* const pods[] = {"p0", "p1", "p2", "p3", "p4", "p\"5"};  // more than are remembered; one odd
  for (const char* pod : pods) {
    frames.push_back(
        RecordFrame({.namespace_name = "n", .application = "a", .pod_name = pod, .container_name = "c"}));
  }
  std::string text;
  for (std::uint64_t line = 1; line <= 3000; ++line) {
    const std::size_t pod = line < 1500 ? line / 300 : random() % std::size(pods);
    const Record record{.at = Timestamp{static_cast<std::int64_t>(random()) * 1'000'000'000 - 7},
                        .ingested_at = Timestamp{static_cast<std::int64_t>(random())},
                        .message = messages[random() % (random() % 50 == 0 ? 11 : 8)],
                        .stream = random() % 2 == 0 ? Stream::Stdout : Stream::Stderr,
                        .part = random() % 10 == 0 ? 2U : 0U,
                        .is_last_part = random() % 2 == 0,
                        .is_damaged = random() % 10 == 0,
                        .is_time_ignored = random() % 5 == 0};
    text += encoded(frames[pod], record);
    expected.push_back({.message = std::string(record.message),
                        .at = record.at,
                        .ingested_at = record.ingested_at,
                        .application = "a",
                        .pod_name = pods[pod],
                        .container_name = "c",
                        .stream = std::string(name_of(record.stream)),
                        .line = line});
  }
  const Read read = read_all(text);
  ASSERT_EQ(read.records.size(), expected.size());
  for (std::size_t at = 0; at < expected.size(); ++at) ASSERT_EQ(read.records[at], expected[at]);
  EXPECT_EQ(read.counts.not_json + read.counts.no_message + read.counts.bad_time, 0U);
}

// Lines that are nearly ours: after lines of ours each must read as it does alone.
TEST(RecordReader, AKnownFrameNeverChangesWhatALineMeans) {
  const RecordFrame frame(
      {.namespace_name = "n", .application = "a", .pod_name = "p", .container_name = "c"});
  const std::string ours =
      encoded(frame, {.at = Timestamp{1'756'553'221'564'974'123}, .message = "m \"x\" 12"});
  const std::string line = ours.substr(0, ours.size() - 1);
  std::mt19937 random(5);
  const std::string bytes = "\"\\{}[],: x0Z-\x01\xff\xc3\xa9u";
  for (int round = 0; round < 8'000; ++round) {
    std::string changed = line;
    for (std::size_t count = 1 + random() % 2; count > 0; --count) {
      const std::size_t at = random() % changed.size();
      switch (random() % 4) {
        case 0:
          changed.erase(at, 1 + random() % 3);
          break;
        case 1:
          changed.insert(at, 1, bytes[random() % bytes.size()]);
          break;
        case 2:
          changed.insert(at, changed.substr(at, random() % 40));
          break;
        default:
          changed[at] = bytes[random() % bytes.size()];
      }
    }
    // A blank before it, and it is read by the JSON parser.
    const Read by_json = read_all(" " + changed + "\n");
    std::vector<Kept> alone = by_json.records;
    if (by_json.counts.not_json > 0) alone.at(0).message.erase(0, 1);
    ASSERT_EQ(read_all(changed + "\n").records, alone) << changed;
    std::vector<Kept> after = read_all(std::string(ours).append(changed).append("\n")).records;
    ASSERT_GE(after.size(), 1U);
    after.erase(after.begin());
    for (Kept& kept : after) --kept.line;
    ASSERT_EQ(after, alone) << changed;
  }
}

TEST(RecordReader, NestingTooDeepToReadIsText) {
  for (const int depth : {2, 100, 200}) {
    const std::string nested =
        std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
    EXPECT_EQ(messages_of("{\"message\":" + nested + "}"), Messages{nested});
  }
  for (const std::string& open : {"["s, "{\"a\":"s}) {
    std::string nested;
    for (int depth = 0; depth < 100'000; ++depth) nested += open;
    nested += "1";
    for (int depth = 0; depth < 100'000; ++depth) nested += open == "[" ? ']' : '}';
    EXPECT_EQ(messages_of(nested), Messages{nested});
    EXPECT_EQ(messages_of("{\"x\":" + nested + "}"), Messages{"{\"x\":" + nested + "}"});
  }
}

TEST(RecordReader, ALineOverTheLimitIsTextInPiecesAndHidesNoOther) {
  const std::string message(1U << 20U, 'm');
  EXPECT_EQ(messages_of("{\"message\":\"" + message + "\"}\n{\"message\":\"after\"}"),
            (Messages{message, "after"}));
  const std::string line = "{\"message\":\"" + std::string(2000, 'm') + "\xc3\xa9\"}";
  for (std::size_t limit = 100; limit < 110; ++limit) {  // cuts between characters only
    const Read read =
        read_all("{\"message\":\"ok\"}\n" + line + "\n{\"message\":\"after\"}\n", {.line_bytes_max = limit});
    EXPECT_EQ(read.error, "");
    ASSERT_GT(read.records.size(), 20U);
    std::string text;
    for (std::size_t one = 1; one + 1 < read.records.size(); ++one) {
      text += read.records[one].message;
      EXPECT_EQ(read.records[one].line, 2U);
    }
    EXPECT_EQ(text, line);
    EXPECT_EQ(read.records.back().message, "after");
    EXPECT_EQ(read.records.back().line, 3U);
  }
  // As large as in life.
  const std::string large(40U << 20U, 'x');
  const Read read = read_all(large + "\nafter");
  ASSERT_EQ(read.records.size(), 41U);
  EXPECT_EQ(read.records[0].message.size(), 1U << 20U);
  EXPECT_EQ(read.records[40].message, "after");
}

TEST(RecordReader, AnArrayOnOneLineIsReadWhateverItsLength) {
  std::string array = "[";
  Messages wanted;
  for (int number = 0; number < 200; ++number) {
    const std::string message = "message [" + std::to_string(number) + "], \\\"{";
    array += (number > 0 ? " , " : " ") +
             ("{\"message\":\"" + message + "\",\"timestamp\":\"2025-08-30T11:27:01Z\"}");
    wanted.push_back("message [" + std::to_string(number) + "], \"{");
  }
  array += ",17,\"text, ]\",[1,{\"a\":2}],{\"a\":[]} ]";
  for (const char* other : {"17", "\"text, ]\"", "[1,{\"a\":2}]", "{\"a\":[]}", "after"})
    wanted.emplace_back(other);
  array += " \r\n{\"message\":\"after\"}\n";
  const Read whole = read_all(array);
  for (const std::size_t limit : {100U, 101U, 150U, 1000U, 5000U}) {
    const Read read = read_all(array, {.line_bytes_max = limit});
    EXPECT_EQ(read.error, "");
    Messages messages;
    for (const Kept& record : read.records) messages.push_back(record.message);
    EXPECT_EQ(messages, wanted) << limit;
    EXPECT_EQ(read.records, whole.records) << limit;
    EXPECT_EQ(read.counts.no_message, whole.counts.no_message);
    EXPECT_EQ(read.counts.not_json, 0U);
  }
}

TEST(RecordReader, OfALongArrayWhatIsNoJsonIsTextAndTakesNoNeighbour) {
  const auto in_array = [](const std::string& element, const std::string& end) {
    std::string array = "[";
    for (int number = 0; number < 20; ++number)
      array += "{\"message\":\"m" + std::to_string(number % 2) + "\"},";
    array += element + end;
    const Read read = read_all(array, {.line_bytes_max = 200});
    EXPECT_EQ(read.error, "");
    std::string others;
    std::size_t sound = 0;
    for (const Kept& record : read.records) {
      const bool is_sound = record.message == "m0" || record.message == "m1";
      sound += is_sound ? 1 : 0;
      if (!is_sound) others += record.message + "|";
    }
    return std::to_string(sound) + " " + others;
  };
  EXPECT_EQ(in_array("{\"message\":\"m1\"}", "]"), "21 ");
  EXPECT_EQ(in_array("{\"message\":broken}", ",{\"message\":\"m1\"}]"), "21 {\"message\":broken}|");
  EXPECT_EQ(in_array("{\"message\":\"m1\"}", "] behind"), "21  behind|");
  EXPECT_EQ(in_array("{\"message\":\"m1\"}", ""), "20 {\"message\":\"m1\"}|") << "the array has no end";
  const std::string long_element = "{\"message\":\"" + std::string(300, 'x') + "\"}";
  const std::string with_long = in_array(long_element, ",{\"message\":\"m1\"}]");
  EXPECT_TRUE(with_long.starts_with("21 {\"message\":\"xxx")) << with_long;
  EXPECT_EQ(std::count(with_long.begin(), with_long.end(), 'x'), 300) << with_long;
}

// Bytes, and then a source that says that what follows is damaged.
class DamagedSource : public StringSource {
 public:
  using StringSource::StringSource;
  Result<std::size_t> read(std::span<char> into) override {
    const Result<std::size_t> count = StringSource::read(into);
    if (count.ok() && *count == 0) return Error{Fault::Invalid, "damaged"};
    return count;
  }
};

TEST(RecordReader, GivesWhatIsWholeBeforeDamageAlsoOfAnArray) {
  const auto messages_before = [](const std::string& text) {
    DamagedSource source(text);
    RecordReader reader(source, {});
    std::string messages;
    for (;;) {
      const auto record = reader.next();
      if (!record.ok()) return messages + record.error().what;
      if (*record == nullptr) return messages + "no error";
      messages += std::string((*record)->message) + " ";
    }
  };
  EXPECT_EQ(messages_before("{\"message\":\"a\"}\n{\"message\":\"b"), "a damaged");
  EXPECT_EQ(messages_before("[{\"message\":\"a\"},{\"message\":\"b\"},{\"message\":\"c"), "a b damaged");
  EXPECT_EQ(messages_before("[{\"message\":\"a\"}"), "damaged") << "it may go on";
  EXPECT_EQ(messages_before("[INFO] text that may go"), "damaged");
}

TEST(RecordReader, ReadsTheLongestRecordThatIsWrittenWhateverItHolds) {
  const std::string name(255, '\x01');
  const RecordFrame frame(
      {.namespace_name = name, .application = name, .pod_name = name, .container_name = name});
  for (const std::string& begin : {"\xff"s, "\x01"s, "m"s}) {
    const std::string message = begin + std::string(kRecordMessageBytesMax - 1, '\x01');
    std::vector<char> into(frame.bytes_max(message.size()));
    const char* const end =
        frame.encode({.message = message, .part = 4'000'000'000, .is_damaged = true, .is_time_ignored = true},
                     into.data());
    const Read read = read_all(std::string(into.data(), static_cast<std::size_t>(end - into.data())) +
                               "{\"message\":\"after\"}");
    EXPECT_EQ(read.error, "");
    ASSERT_EQ(read.records.size(), 2U);
    const std::string expected = (begin == "\xff" ? "\xef\xbf\xbd" : begin) + message.substr(1);
    EXPECT_TRUE(read.records[0].message == expected);
    EXPECT_EQ(read.records[1].message, "after");
  }
}

// A record of ours, and what others write, of so many bytes of one kind of text.
struct LargeLine {
  std::string line;
  std::string message;
};
std::vector<LargeLine> large_lines(std::size_t bytes) {
  const RecordFrame frame(
      {.namespace_name = "n", .application = "a", .pod_name = "p", .container_name = "c"});
  std::vector<LargeLine> lines;
  const auto add_ours = [&](const std::string& message, std::uint32_t part = 0) {
    const std::string line = encoded(frame, {.at = Timestamp{1}, .message = message, .part = part});
    lines.push_back({line.substr(0, line.size() - 1), message});
  };
  for (const char* text : {"\x01", "\"", "\\", "m", "\xc3\xa9", "\n"}) {
    std::string message;
    while (message.size() < bytes) message += text;
    add_ours(message);
  }
  add_ours(std::string(bytes, '\x01'), 3);
  const std::string damaged(bytes, '\xff');
  add_ours(damaged);
  std::string replaced;
  for (std::size_t count = 0; count < bytes; ++count) replaced += "\xef\xbf\xbd";
  lines.back().message = replaced;
  std::string fields = "{\"a\":0";
  for (std::size_t number = 0; fields.size() < bytes; ++number)
    fields += ",\"f" + std::to_string(number) + "\":" + std::to_string(number);
  lines.push_back({fields + "}", fields + "}"});
  std::string deep;
  while (deep.size() < bytes) deep += std::string(200, '[') + std::string(200, ']') + ",";
  lines.push_back({"{\"message\":[" + deep + "1]}", "[" + deep + "1]"});
  lines.push_back({std::string(bytes, 't'), std::string(bytes, 't')});
  const std::string spaced = "{ \"message\" : \"" + std::string(bytes, 's') + "\" }";
  lines.push_back({spaced, std::string(bytes, 's')});
  lines.push_back({"[" + spaced + "]", std::string(bytes, 's')});
  return lines;
}

TEST(RecordReader, OfALargeLineItHoldsTheTurnOnlyWhileItReads) {
  for (const LargeLine& large : large_lines(1U << 20U)) {
    LargeLines turns(std::chrono::milliseconds{1});
    StringSource source("{\"message\":\"before\"}\n" + large.line + "\n{\"message\":\"between\"}\n" +
                        large.line + "\n{\"message\":\"after\"}\n");
    RecordReader reader(source, {.large_lines = &turns});
    const auto next = [&] {
      const auto record = reader.next();
      if (!record.ok())
        return "error: " + std::string(record.error().blame == Blame::Us ? "ours" : record.error().what);
      return *record == nullptr ? std::string("end") : std::string((*record)->message);
    };
    const std::string begin = large.line.substr(0, 100);
    EXPECT_EQ(next(), "before");
    EXPECT_TRUE(next() == large.message) << begin;
    ASSERT_TRUE(turns.begin({}).ok()) << begin;  // while the record is used
    EXPECT_EQ(next(), "between");
    EXPECT_EQ(next(), "error: ours") << begin;
    EXPECT_EQ(next(), "error: ours") << begin;
    turns.end();
    EXPECT_TRUE(next() == large.message) << begin;
    EXPECT_EQ(next(), "after");
    EXPECT_EQ(next(), "end");
    EXPECT_EQ(reader.counts().lines, 5U);
    EXPECT_TRUE(turns.begin({}).ok());
  }
}

TEST(RecordReader, OfALargeArrayTheTurnIsNeededForLargeElementsOnly) {
  LargeLines turns(std::chrono::milliseconds{1});
  ASSERT_TRUE(turns.begin({}).ok());
  std::string array = "[";
  for (int number = 0; number < 50'000; ++number)
    array += "{\"message\":\"" + std::to_string(number) + "\"},";
  const std::string message(3U << 20U, 'l');
  StringSource source(array + "{\"message\":\"" + message + "\"},{\"message\":\"last\"}]\nafter\n");
  RecordReader reader(source, {.large_lines = &turns});
  for (int number = 0; number < 50'000; ++number) {
    const auto record = reader.next();
    ASSERT_TRUE(record.ok());
    ASSERT_EQ((*record)->message, std::to_string(number));
  }
  EXPECT_FALSE(reader.next().ok());
  turns.end();
  auto record = reader.next();
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE((*record)->message == message);
  EXPECT_TRUE(turns.begin({}).ok());
  for (const char* rest : {"last", "after"}) {
    record = reader.next();
    ASSERT_TRUE(record.ok());
    ASSERT_NE(*record, nullptr);
    EXPECT_EQ((*record)->message, rest);
  }
  EXPECT_EQ(*reader.next(), nullptr);
  turns.end();
}

TEST(RecordReader, AReaderThatGoesGivesItsTurnBack) {
  LargeLines turns(std::chrono::milliseconds{1});
  {
    // Larger than any record of an agent: the turn lasts until the next one.
    StringSource source("{\"message\":\"" + std::string(8U << 20U, 'm') + "\"}\nafter\n");
    RecordReader reader(source, {.large_lines = &turns});
    ASSERT_TRUE(reader.next().ok());
    EXPECT_FALSE(turns.begin({}).ok());
  }
  EXPECT_TRUE(turns.begin({}).ok());
}

// The DOM parser of simdjson as the judge of what is JSON.
TEST(RecordReader, TakesAsJsonWhatAnIndependentParserTakes) {
  std::mt19937 random(3);
  const std::string pieces[] = {"{", "}",    "[",    "]",    ",", ":",       "\"a\"", "\"message\"",
                                "1", "-0.5", "true", "null", " ", "\"\\n\"", "01",    "x"};
  simdjson::dom::parser parser;
  int sound = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string line = random() % 2 == 0 ? "{\"message\":" : "[";
    for (std::size_t count = random() % 10; count > 0; --count) line += pieces[random() % std::size(pieces)];
    line += line[0] == '{' ? '}' : ']';
    const bool is_json = parser.parse(line).error() == simdjson::SUCCESS;
    sound += is_json ? 1 : 0;
    ASSERT_EQ(read_all(line).counts.not_json, is_json ? 0U : 1U) << line;
  }
  EXPECT_GT(sound, 200);
}

}  // namespace
}  // namespace headgate
