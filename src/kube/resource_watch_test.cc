#include "kube/resource_watch.h"
#include "base/mutex.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "local/posix_disk.h"

namespace headgate::kube {
namespace {

using fakes::ScriptedServer;
using Answer = ScriptedServer::Answer;
using namespace std::chrono_literals;

constexpr std::string_view kEmptyList = R"({"metadata":{"resourceVersion":"5"},"items":[]})";

std::string pod_event(std::string_view type, std::string_view name, std::string_view version,
                      std::string_view label = {}) {
  return R"({"type":")" + std::string(type) + R"(","object":{"metadata":{"name":")" + std::string(name) +
         R"(","resourceVersion":")" + std::string(version) + R"(","labels":{"l":")" + std::string(label) +
         "\"}}}}\n";
}

class SteadyRandom : public Random {
 public:
  std::uint64_t next() override { return 0; }
};

// A watch against a server that answers each request with the next script.
class ResourceWatchTest : public testing::Test {
 protected:
  using Scripts = std::vector<ScriptedServer::Script>;

  void begin(Scripts scripts, WatchOptions options = {}) {
    server_ = std::make_unique<ScriptedServer>(
        [this, all = std::move(scripts)](const std::string& request, Answer& answer) {
          std::size_t at = 0;
          {
            const MutexLock lock(mutex_);
            at = heads_.size();
            heads_.push_back(request);
          }
          if (at < all.size()) return all[at](request, answer);
          ADD_FAILURE() << "one request too many: " << request.substr(0, request.find('\r'));
        });
    options.api = server_->url();
    watch_ = std::make_unique<ResourceWatch>(
        ResourceWatch::Deps{
            .clock = clock_, .random = random_, .metrics = metrics_, .client = *client_, .token = token_},
        options,
        WatchedResource{.name = "pods",
                        .path = "/api/v1/pods",
                        .field_selector = "spec.nodeName=node-1",
                        .label_selector = "a in (b,c)",
                        .content = content_},
        ResourceWatch::Listener{.replace =
                                    [this](const std::vector<ApiObject>& all) {
                                      std::string names;
                                      for (const ApiObject& object : all) names += " " + object.name;
                                      heard_.push_back("all:" + names);
                                    },
                                .apply =
                                    [this](const WatchEvent& event) {
                                      heard_.push_back(std::string(name_of(event.kind)) + " " +
                                                       event.object.name);
                                    }});
  }
  std::chrono::milliseconds turn() { return watch_->turn(stop_.get_token()); }
  std::string head(std::size_t number) const {
    const MutexLock lock(mutex_);
    return heads_.at(number);
  }
  std::size_t requests() const {
    const MutexLock lock(mutex_);
    return heads_.size();
  }
  // The first line of the request of that number.
  std::string asked(std::size_t number) const {
    const std::string whole = head(number);
    return whole.substr(0, whole.find(" HTTP/"));
  }
  bool asked_for(std::size_t number, std::string_view part) const {
    return asked(number).find(part) != std::string::npos;
  }
  double value_of(const std::string& series) const {
    const std::string page = "\n" + metrics_.exposition();
    const std::size_t at = page.find("\n" + series + " ");
    if (at == std::string::npos) {
      ADD_FAILURE() << "no " << series << " in " << page;
      return -1;
    }
    return std::stod(page.substr(at + series.size() + 2));
  }
  static ScriptedServer::Script list(std::string_view json = kEmptyList) {
    return [text = std::string(json)](const std::string&, Answer& answer) { answer.json(200, text); };
  }
  static ScriptedServer::Script refuse(int status) {
    return [status](const std::string&, Answer& answer) {
      answer.json(status, R"({"kind":"Status","message":"words of the server"})");
    };
  }
  static ScriptedServer::Script events(std::vector<std::string> chunks) {
    return [all = std::move(chunks)](const std::string&, Answer& answer) {
      answer.start_stream();
      for (const std::string& chunk : all) answer.chunk(chunk);
      answer.end_stream();
    };
  }

  fakes::StillClock clock_;
  SteadyRandom random_;
  Metrics metrics_;
  local::PosixDisk disk_;
  std::string token_path_ = testing::TempDir() + "headgate-token-" + std::to_string(::getpid());
  TokenFile token_{disk_, clock_, token_path_};
  net::Library library_ = net::Library::open().value();
  std::unique_ptr<net::HttpClient> client_ = net::HttpClient::open(library_, clock_, {}).value();
  std::stop_source stop_;
  WatchedResource::Content content_ = WatchedResource::Content::Metadata;
  std::vector<std::string> heard_;
  mutable Mutex mutex_;
  std::vector<std::string> heads_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<ResourceWatch> watch_;

  void SetUp() override { write_token("token-1\n"); }
  void TearDown() override {
    server_.reset();
    std::remove(token_path_.c_str());
  }
  void write_token(std::string_view text) { std::ofstream(token_path_, std::ios::binary) << text; }
};

TEST_F(ResourceWatchTest, ListsFromTheCacheThenWatchesFromThere) {
  begin({list(R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"}}]})"),
         events({pod_event("ADDED", "b", "6"), pod_event("DELETED", "a", "7")}),
         events({pod_event("MODIFIED", "b", "8")})});
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(turn(), 0ms) << "a watch that the server ends is nothing special";
  EXPECT_EQ(heard_, (std::vector<std::string>{"all: a", "ADDED b", "DELETED a", "MODIFIED b"}));
  EXPECT_EQ(asked(0),
            "GET "
            "/api/v1/"
            "pods?limit=500&resourceVersion=0&fieldSelector=spec.nodeName%3Dnode-1&labelSelector=a%20in%20%"
            "28b%2Cc%29");
  EXPECT_EQ(asked(1),
            "GET /api/v1/pods?watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=300"
            "&fieldSelector=spec.nodeName%3Dnode-1&labelSelector=a%20in%20%28b%2Cc%29");
  EXPECT_TRUE(asked_for(2, "resourceVersion=7&"));
  EXPECT_NE(head(0).find("Authorization: Bearer token-1\r\n"), std::string::npos);
  EXPECT_NE(
      head(0).find(
          "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json\r\n"),
      std::string::npos);
}

TEST_F(ResourceWatchTest, AsksForWholeObjectsWhereTheirStatusIsWanted) {
  content_ = WatchedResource::Content::Whole;
  begin({list(R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"}}]})"),
         events({pod_event("ADDED", "b", "6")})});
  turn();
  turn();
  EXPECT_EQ(heard_, (std::vector<std::string>{"all: a", "ADDED b"}));
  for (const std::size_t number : {0, 1}) {
    EXPECT_NE(head(number).find("Accept: application/json\r\n"), std::string::npos) << head(number);
  }
}

TEST_F(ResourceWatchTest, AsksForMetadataWhereWholeObjectsAreTooMuch) {
  content_ = WatchedResource::Content::Whole;
  const std::string large =
      R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"},"spec":")" +
      std::string(10'000, 'x') + R"("}]})";
  const std::string small = R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"}}]})";
  begin({list(large), list(small), events({pod_event("ADDED", "b", "6")})}, {.list_bytes_max = 5'000});
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(heard_, (std::vector<std::string>{"all: a", "ADDED b"}));
  EXPECT_NE(head(0).find("Accept: application/json\r\n"), std::string::npos);
  EXPECT_NE(head(1).find("Accept: application/json;as=PartialObjectMetadataList"), std::string::npos);
  EXPECT_NE(head(2).find("Accept: application/json;as=PartialObjectMetadata;"), std::string::npos);
}

TEST_F(ResourceWatchTest, ListsPageByPage) {
  begin(
      {list(
           R"({"metadata":{"resourceVersion":"5","continue":"go on/1"},"items":[{"metadata":{"name":"a"}}]})"),
       list(R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"b"}}]})")});
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(heard_, std::vector<std::string>{"all: a b"});
  EXPECT_TRUE(asked_for(1, "?limit=500&continue=go%20on%2F1&"));
  EXPECT_FALSE(asked_for(1, "resourceVersion"));
}

TEST_F(ResourceWatchTest, GoesOnFromTheLastBookmark) {
  begin({list(),
         events({R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"900"}}})"
                 "\n"}),
         events({"\n"})});
  turn();
  turn();
  turn();
  EXPECT_TRUE(asked_for(2, "resourceVersion=900&"));
  EXPECT_EQ(heard_, std::vector<std::string>{"all:"}) << "a bookmark is no object";
}

TEST_F(ResourceWatchTest, ListsTheLatestWhenItsPlaceIsForgotten) {
  const std::string gone =
      R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
      "\n";
  begin({list(), events({pod_event("ADDED", "a", "6"), gone}), list(), refuse(410), list()});
  turn();
  EXPECT_EQ(turn(), 0ms) << "it had been working: at once";
  turn();
  EXPECT_TRUE(asked_for(2, "?limit=500&fieldSelector")) << asked(2);
  const auto wait = turn();
  EXPECT_GT(wait, 0ms);
  turn();
  EXPECT_TRUE(asked_for(4, "?limit=500&fieldSelector")) << asked(4);
  EXPECT_EQ(value_of(R"(headgate_kube_relists_total{resource="pods"})"), 3);
  EXPECT_EQ(value_of(R"(headgate_kube_events_total{resource="pods",type="ERROR"})"), 1);
}

TEST_F(ResourceWatchTest, BacksOffFromAServerThatRefusesEachWatch) {
  Scripts scripts;
  for (int round = 0; round < 6; ++round) {
    scripts.push_back(list());
    scripts.push_back(refuse(410));
  }
  begin(std::move(scripts));
  std::vector<std::chrono::milliseconds> waits;
  for (int round = 0; round < 6; ++round) {
    turn();
    waits.push_back(turn());
  }
  EXPECT_EQ(waits, (std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms}));
}

TEST_F(ResourceWatchTest, PassesOverALineThatWasNotEnded) {
  begin({list(),
         events({pod_event("ADDED", "a", "6"), R"({"type":"ADDED","object":{"metadata":{"name":"b","res)"}),
         events({pod_event("ADDED", "b", "7")})});
  turn();
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(heard_.back(), "ADDED a");
  turn();
  EXPECT_EQ(heard_.back(), "ADDED b");
  EXPECT_TRUE(asked_for(2, "resourceVersion=6&"));
}

TEST_F(ResourceWatchTest, PutsLinesTogetherWhereverTheyAreCut) {
  const std::string lines = pod_event("ADDED", "a", "6") + pod_event("ADDED", "b", "7");
  std::vector<std::string> bytes;
  for (const char byte : lines) bytes.emplace_back(1, byte);
  begin({list(), events(std::move(bytes))});
  turn();
  turn();
  EXPECT_EQ(heard_, (std::vector<std::string>{"all:", "ADDED a", "ADDED b"}));
}

TEST_F(ResourceWatchTest, GoesOnWhereAConnectionBroke) {
  const auto breaks = [](const std::string&, Answer& answer) {
    answer.start_stream();
    answer.chunk(pod_event("ADDED", "a", "6"));
    answer.write("ffff\r\nhalf");
  };
  begin({list(), breaks, events({pod_event("ADDED", "b", "7")})});
  turn();
  EXPECT_EQ(turn(), 100ms);
  EXPECT_EQ(value_of(R"(headgate_kube_watch_connected{resource="pods"})"), 0);
  EXPECT_EQ(turn(), 0ms);
  EXPECT_TRUE(asked_for(2, "resourceVersion=6&"));
  EXPECT_EQ(value_of(R"(headgate_kube_watch_connected{resource="pods"})"), 1);
  EXPECT_EQ(value_of(R"(headgate_kube_failures_total{resource="pods"})"), 1);
}

TEST_F(ResourceWatchTest, ListsAgainWhenAnEventCannotBeRead) {
  begin({list(), events({"{\"type\":\"ADDED\",\n", pod_event("ADDED", "never", "7")}), list()});
  turn();
  EXPECT_GT(turn(), 0ms);
  turn();
  EXPECT_TRUE(asked_for(2, "?limit=500&resourceVersion=5&"));
  EXPECT_EQ(heard_, (std::vector<std::string>{"all:", "all:"}));
}

TEST_F(ResourceWatchTest, TakesPodsOfAMebibyteAndListsAgainForMonsters) {
  begin({list(), events({pod_event("ADDED", "large", "6", std::string(1'500'000, 'x'))}),
         events({pod_event("ADDED", "monster", "7", std::string(2U << 20U, 'x'))}), list()},
        {.line_bytes_max = 2U << 20U});
  turn();
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(heard_.back(), "ADDED large");
  EXPECT_GT(turn(), 0ms);
  turn();
  EXPECT_EQ(heard_, (std::vector<std::string>{"all:", "ADDED large", "all:"}));
}

TEST_F(ResourceWatchTest, ReadsTheTokenAgainWhenItIsRefused) {
  begin({[this](const std::string&, Answer& answer) {
           write_token("token-2");
           answer.json(401, R"({"message":"Unauthorized"})");
         },
         list(), refuse(401), refuse(401), refuse(401)});
  EXPECT_EQ(turn(), 0ms) << "a new token may be there: at once";
  EXPECT_EQ(turn(), 0ms);
  EXPECT_NE(head(1).find("Bearer token-2\r\n"), std::string::npos);
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(turn(), 100ms) << "once only";
  EXPECT_EQ(turn(), 200ms);
}

TEST_F(ResourceWatchTest, ReadsTheTokenEachMinuteOrKeepsTheOldOne) {
  begin({list(), events({"\n"}), events({"\n"}), events({"\n"})});
  turn();
  write_token("token-2");
  clock_.advance(59s);
  turn();
  EXPECT_NE(head(1).find("Bearer token-1\r\n"), std::string::npos);
  clock_.advance(1s);
  turn();
  EXPECT_NE(head(2).find("Bearer token-2\r\n"), std::string::npos);
  std::remove(token_path_.c_str());
  clock_.advance(61s);
  turn();
  EXPECT_NE(head(3).find("Bearer token-2\r\n"), std::string::npos);
}

TEST_F(ResourceWatchTest, NeverSendsATokenThatIsNone) {
  begin({});
  for (const char* text : {"", "\n", "two words", "line\r\nX-Evil: 1"}) {
    write_token(text);
    EXPECT_GT(turn(), 0ms) << text;
  }
  EXPECT_EQ(requests(), 0U);
}

TEST_F(ResourceWatchTest, WaitsAsLongAsItIsAskedTo) {
  begin({[](const std::string&, Answer& answer) {
           answer.write("HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
         },
         [](const std::string&, Answer& answer) {
           answer.write("HTTP/1.1 503 x\r\nRetry-After: 999999999\r\nContent-Length: 0\r\n\r\n");
         },
         refuse(403)});
  EXPECT_EQ(turn(), 7s);
  EXPECT_EQ(turn(), 60s) << "not as long as anyone could want";
  EXPECT_EQ(turn(), 400ms);
  EXPECT_TRUE(heard_.empty());
}

TEST_F(ResourceWatchTest, AsksForTheLatestWhenAServerIsBehind) {
  begin({list(), refuse(504), refuse(504), list()});
  for (int count = 0; count < 4; ++count) turn();
  EXPECT_FALSE(asked_for(3, "resourceVersion"));
}

TEST_F(ResourceWatchTest, LeavesAServerThatNeverEndsItsWatch) {
  begin({list(),
         [this](const std::string&, Answer& answer) {
           answer.start_stream();
           answer.chunk(pod_event("ADDED", "a", "6"));
           clock_.advance(331s);  // it was asked to end it after 300
           answer.hang();
         },
         events({"\n"})});
  turn();
  EXPECT_EQ(turn(), 100ms);
  turn();
  EXPECT_EQ(requests(), 3U);
}

TEST_F(ResourceWatchTest, StopsInTheMiddleOfAWatch) {
  begin({list(), [this](const std::string&, Answer& answer) {
           answer.start_stream();
           stop_.request_stop();
           answer.hang();
         }});
  turn();
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(value_of(R"(headgate_kube_failures_total{resource="pods"})"), 0);
}

TEST_F(ResourceWatchTest, DoesNotHammerAServerThatEndsEachWatchAtOnce) {
  begin({list(), events({}), events({}), events({pod_event("ADDED", "a", "6")}), events({})});
  turn();
  EXPECT_EQ(turn(), 100ms);
  EXPECT_EQ(turn(), 200ms);
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(turn(), 100ms);
}

TEST_F(ResourceWatchTest, ReportsEachNewKindOfFailureAndALastingOneHourly) {
  Scripts scripts;
  for (const int status : {403, 403, 403, 403, 503, 503, 503, 403, 503, 503, 503, 503})
    scripts.push_back(refuse(status));
  begin(std::move(scripts));
  const auto told = [&](int turns) {
    testing::internal::CaptureStderr();
    for (int count = 0; count < turns; ++count) turn();
    const std::string text = testing::internal::GetCapturedStderr();
    int lines = 0;
    for (std::size_t at = text.find("kubernetes_watch_failed"); at != std::string::npos;
         at = text.find("kubernetes_watch_failed", at + 1))
      ++lines;
    return lines;
  };
  EXPECT_EQ(told(4), 1);
  clock_.advance(1min);
  EXPECT_EQ(told(3), 1) << "another kind";
  EXPECT_EQ(told(1), 1) << "the first kind again";
  EXPECT_EQ(told(1), 0) << "two kinds by turns do not fill the log";
  clock_.advance(1h);
  EXPECT_EQ(told(2), 1);
  clock_.advance(1h);
  EXPECT_EQ(told(1), 1) << "it lasts";
}

TEST_F(ResourceWatchTest, SaysWhyTheServerCannotBeWatchedUntilAWatchIsOpen) {
  begin({refuse(503), refuse(503), refuse(403), list(), refuse(403),
         [this](const std::string&, Answer& answer) {
           answer.start_stream();
           answer.chunk("\n");
           clock_.advance(331s);
           answer.hang();
         }});
  turn();
  turn();
  EXPECT_FALSE(watch_->trouble()) << "a short trouble is none";
  turn();
  ASSERT_TRUE(watch_->trouble());
  EXPECT_EQ(watch_->trouble()->fault, Fault::Denied);
  turn();
  EXPECT_TRUE(watch_->trouble()) << "a list is not enough";
  turn();
  EXPECT_TRUE(watch_->trouble());
  turn();
  EXPECT_FALSE(watch_->trouble()) << "it was open, though it said nothing";
}

TEST_F(ResourceWatchTest, RefusesAListWithoutEndOrPlace) {
  const std::string same = R"({"metadata":{"resourceVersion":"5","continue":"x"},"items":[]})";
  begin({list(R"({"metadata":{},"items":[]})"), list("no JSON"), list(same), list(same)});
  for (int count = 0; count < 3; ++count) EXPECT_GT(turn(), 0ms);
  EXPECT_TRUE(heard_.empty());
}

}  // namespace
}  // namespace headgate::kube
