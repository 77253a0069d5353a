#include "collect/tail/multiline.h"

#include <gtest/gtest.h>

#include "collect/tail/record_joiner.h"

namespace headgate::collect {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The records that come of `text` line by line.
std::vector<std::string> joined(const MultilinePattern& pattern, std::string_view text) {
  RecordJoiner joiner({.pattern = &pattern});
  std::vector<std::string> records;
  std::uint64_t offset = 0;
  for (const std::string& line : lines_of(text)) {
    const Record record{.message = line};
    const PieceOrigin origin{.file = 1, .offset = offset};
    for (const Record& given : joiner.take({&record, 1}, {&origin, 1})) records.emplace_back(given.message);
    offset += line.size() + 1;
  }
  for (const Record& given : joiner.take_last(Stream::Stdout, {}, {})) records.emplace_back(given.message);
  return records;
}

using Records = std::vector<std::string>;

// A trace comes out whole with lines around it left alone, also when another follows at once.
void expect_whole(const MultilinePattern& pattern, const std::string& trace) {
  EXPECT_EQ(joined(pattern, trace), Records{trace});
  EXPECT_EQ(joined(pattern, "GET /health 200\n" + trace + "\nGET /health 200\n  indented\n"),
            (Records{"GET /health 200", trace, "GET /health 200", "  indented"}));
  EXPECT_EQ(joined(pattern, trace + "\n" + trace), (Records{trace, trace}));
}

// An uncaught exception with causes, as java.lang.Throwable.printStackTrace writes it.
constexpr const char* kJava =
    "Exception in thread \"main\" com.myproject.module.MyProjectServletException\n"
    "\tat com.myproject.module.MyProject.doFilter(MyProject.java:28)\n"
    "\tat org.eclipse.jetty.server.Server.handle(Server.java:563) ~[jetty-server-11.0.15.jar:11.0.15]\n"
    "\tat java.base/java.lang.reflect.Method.invoke(Method.java:568)\n"
    "\tat com.myproject.module.MyProject$$Lambda$21/0x0000000800c031f0.run(Unknown Source)\n"
    "\tSuppressed: java.lang.IllegalStateException: close failed\n"
    "\t\tat com.myproject.Resource.close(Resource.java:12)\n"
    "\t\t... 4 more\n"
    "Caused by: org.hibernate.exception.ConstraintViolationException: could not insert: "
    "[com.myproject.Order]\n"
    "\tat org.hibernate.exception.SQLStateConverter.convert(SQLStateConverter.java:96)\n"
    "\t... 12 more\n"
    "Caused by: java.sql.SQLException: Violation of unique constraint MY_ENTITY_UK_1: duplicate value(s) for "
    "column(s) MY_COLUMN in statement [...]\n"
    "\tat org.hsqldb.jdbc.Util.throwError(Unknown Source)\n"
    "\t... 27 common frames omitted";

TEST(Multiline, JoinsJavasTraces) {
  const MultilinePattern java = *MultilinePattern::preset("java");
  expect_whole(java, kJava);
  expect_whole(java,
               "java.lang.NullPointerException\n"
               "    at org.apache.kafka.clients.NetworkClient.poll(NetworkClient.java:550)");
  expect_whole(
      java,
      "2025-08-30 11:27:01,564 ERROR [main] o.e.Main - failed: java.util.concurrent.TimeoutException: 30 s\n"
      "\tat java.base/java.util.concurrent.FutureTask.get(FutureTask.java:204)");
  expect_whole(java,
               "javax.servlet.ServletException: outer; nested exception is:\n"
               "\tjava.rmi.RemoteException: inner");
}

TEST(Multiline, LeavesALineThatOnlyNamesAnExceptionAlone) {
  const std::string text =
      "ERROR: java.io.IOException: reset by peer\nGET /health 200\n\tat the end of the day\nCaused by: rain";
  EXPECT_EQ(joined(*MultilinePattern::preset("java"), text), Records(lines_of(text)));
}

TEST(Multiline, JoinsPythonsTraces) {
  const MultilinePattern python = *MultilinePattern::preset("python");
  const std::string first =
      "Traceback (most recent call last):\n"
      "  File \"/srv/app/db.py\", line 41, in fetch\n"
      "    return self.cache[key]\n"
      "           ~~~~~~~~~~^^^^^\n"
      "KeyError: 'user:17'";
  const std::string second =
      "Traceback (most recent call last):\n"
      "  File \"/srv/app/main.py\", line 7, in <module>\n"
      "    main()\n"
      "  [Previous line repeated 996 more times]\n"
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='db', port=443): Max retries exceeded";
  expect_whole(python, first);
  expect_whole(
      python, first + "\n\nDuring handling of the above exception, another exception occurred:\n\n" + second);
  expect_whole(
      python,
      first + "\n\nThe above exception was the direct cause of the following exception:\n\n" + second);
  expect_whole(python,
               "Traceback (most recent call last):\n"
               "  File \"x.py\", line 1\n"
               "    prnt 'hello'\n"
               "         ^\n"
               "SyntaxError: invalid syntax");
  expect_whole(python,
               "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\n    time.sleep(9)\n"
               "KeyboardInterrupt");
}

// A trace that a logger wrote after a line of its own.
TEST(Multiline, LeavesTheLineBeforeATraceAlone) {
  EXPECT_EQ(
      joined(
          *MultilinePattern::preset("python"),
          "ERROR:root:it failed\nTraceback (most recent call last):\n  File \"x.py\", line 1, in f\nOSError"),
      (Records{"ERROR:root:it failed",
               "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\nOSError"}));
}

constexpr const char* kGo =
    "panic: runtime error: invalid memory address or nil pointer dereference [recovered]\n"
    "\tpanic: runtime error: invalid memory address or nil pointer dereference\n"
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x4a1b2c]\n"
    "\n"
    "goroutine 34 [running]:\n"
    "panic({0x6a5f40?, 0x8f1e30?})\n"
    "\t/usr/local/go/src/runtime/panic.go:792 +0x132\n"
    "main.(*Server).handle(0xc000112000, {0xc00001e0c0, 0x1f})\n"
    "\t/build/cmd/server/main.go:57 +0x1d\n"
    "...additional frames elided...\n"
    "created by net/http.(*Server).Serve in goroutine 1\n"
    "\t/usr/local/go/src/net/http/server.go:3454 +0x485\n"
    "\n"
    "goroutine 1 [IO wait, 3 minutes]:\n"
    "internal/poll.runtime_pollWait(0x7f2b1c0a2e28, 0x72)\n"
    "\t/usr/local/go/src/runtime/netpoll.go:351 +0x85\n"
    "main.main()\n"
    "\t/build/cmd/server/main.go:21 +0x2b5";

TEST(Multiline, JoinsGosPanicsWithAllTheirGoroutines) {
  const MultilinePattern go = *MultilinePattern::preset("go");
  expect_whole(go, kGo);
  EXPECT_EQ(joined(go, std::string(kGo) + "\nexit status 2"), (Records{kGo, "exit status 2"}));
  expect_whole(
      go,
      "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n"
      "\t/tmp/x.go:5 +0x2c");
  expect_whole(go,
               "2025/08/30 11:27:01 http: panic serving 10.0.0.1:4711: boom\ngoroutine 19 [running]:\n"
               "net/http.(*conn).serve.func1()\n\t/usr/local/go/src/net/http/server.go:1947 +0xbe");
}

TEST(Multiline, StartsARecordAtEachLineThatOneOfThePatternsMatches) {
  const auto pattern = MultilinePattern::starting_with({R"(^\d{4}-\d\d-\d\d )", "^START"});
  ASSERT_TRUE(pattern.ok());
  EXPECT_EQ(joined(*pattern, "before\nhand\n2025-08-30 one\n  more\n\nSTART two\n2025-08-31 three\nend"),
            (Records{"before", "hand", "2025-08-30 one\n  more\n", "START two", "2025-08-31 three\nend"}));
}

TEST(Multiline, RefusesPatternsThatAreNone) {
  for (const MultilinePatterns::Texts& texts : {MultilinePatterns::Texts{{"a", {"("}}},
                                                {{"a", {}}},
                                                {{"java", {"^x"}}},
                                                {{"none", {"^x"}}},
                                                {{"", {"^x"}}},
                                                {{"-a", {"^x"}}},
                                                {{"a b", {"^x"}}},
                                                {{std::string(64, 'a'), {"^x"}}}}) {
    EXPECT_FALSE(MultilinePatterns::make(texts).ok()) << texts.begin()->first;
  }
  auto made = MultilinePatterns::make({{"dates", {R"(^\d)"}}});
  ASSERT_TRUE(made.ok());
  for (const char* name : {"java", "python", "go", "ruby", "node", "dotnet", "php", "rust", "dates"})
    EXPECT_NE(made->find(name), nullptr) << name;
  for (const char* name : {"", "none", "cobol"}) EXPECT_EQ(made->find(name), nullptr) << name;
}

TEST(Multiline, TakesAContainersOwnLabelBeforeItsPods) {
  using Labels = std::map<std::string, std::string>;
  const Labels labels{{"headgate.io/multiline", "java"},
                      {"headgate.io/multiline.proxy", "go"},
                      {"app", "x"},
                      {"headgate.io/multiline.plain", "none"}};
  EXPECT_EQ(multiline_name(labels, ContainerName("main")), "java");
  EXPECT_EQ(multiline_name(labels, ContainerName("proxy")), "go");
  EXPECT_EQ(multiline_name(labels, ContainerName("plain")), "");
  EXPECT_EQ(multiline_name({{"app", "x"}}, ContainerName("main")), "");
}

}  // namespace
}  // namespace headgate::collect
