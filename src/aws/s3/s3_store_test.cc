// The S3 store against answers that no correct server gives on request. That the store works with servers
// that others wrote is tested in tests/peers.
#include "aws/s3/s3_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <mutex>

#include "aws/s3/s3_object.h"
#include "aws/s3/s3_reader.h"
#include "fakes/s3_client.h"
#include "fakes/scripted_server.h"
#include "model/compression/checksum.h"

namespace headgate::aws {
namespace {

using Wire = fakes::ScriptedServer::Answer;

// A request that the server received.
struct Asked {
  explicit Asked(const std::string& request)
      : line(request.substr(0, request.find(" HTTP/"))),
        head(request.substr(0, request.find("\r\n\r\n") + 2)),
        body(request.substr(head.size() + 2)) {}
  // Empty if there is no such header.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  bool is(std::string_view start) const { return line.starts_with(start); }

  std::string line;  // the method and target of the request
  std::string head;
  std::string body;
};

void say(Wire& wire, int status, const std::string& headers, std::string_view body = "") {
  wire.write("HTTP/1.1 " + std::to_string(status) + " x\r\nConnection: close\r\n" + headers +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}
void refuse(Wire& wire, int status, const std::string& code, const std::string& more = "") {
  say(wire, status, "", "<Error><Code>" + code + "</Code>" + more + "</Error>");
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kFreedBytes = 400U << 20U;  // memory that a sanitizer keeps for a while
#else
constexpr std::size_t kFreedBytes = 0;
#endif

std::size_t resident_bytes() {
  constexpr std::size_t kPageBytes = 4096;
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * kPageBytes;
}

class S3StoreTest : public testing::Test {
 protected:
  using Script = std::function<void(const Asked& asked, Wire& wire)>;
  void serve(Script script) {
    server_ = std::make_unique<fakes::ScriptedServer>(
        [this, script = std::move(script)](const std::string& request, Wire& wire) {
          const Asked asked(request);
          {
            const std::lock_guard lock(mutex_);
            asked_.push_back(asked);
          }
          script(asked, wire);
        });
    client_ = std::make_unique<fakes::S3Client>(server_->url());
    open(settings());
  }
  S3Settings settings() { return client_->settings("central"); }
  void open(S3Settings settings) { store_ = client_->store(std::move(settings)); }
  Deadline soon() { return client_->soon(); }
  std::vector<Asked> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<std::string> lines() {
    std::vector<std::string> lines;
    for (const Asked& one : asked()) lines.push_back(one.line);
    return lines;
  }
  Result<PutOutcome> put(std::string_view bytes, PutOptions options = {}) {
    return put_object(*store_, key_, bytes, std::move(options), soon());
  }
  Result<std::string> read(std::optional<ByteRange> range = {}) {
    const auto reader = TRY(store_->open_reader(key_, range, soon()));
    std::string text;
    char buffer[4096];
    for (;;) {
      const std::size_t count = TRY(reader->read(buffer));
      if (count == 0) return text;
      text.append(buffer, count);
    }
  }
  static std::string object_headers(const std::string& etag) {
    return "ETag: \"" + etag + "\"\r\nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n";
  }

  const ObjectKey key_{"c/n 1/+%/\xc3\xa9"};
  const std::string path_ = "/central/c/n%201/%2B%25/%C3%A9";
  std::mutex mutex_;
  std::vector<Asked> asked_;  // guarded
  std::unique_ptr<fakes::S3Client> client_;
  std::unique_ptr<fakes::ScriptedServer> server_;
  std::unique_ptr<S3Store> store_;
};

TEST_F(S3StoreTest, APutSaysWhoseBucketItIsAndHowItIsKept) {
  serve([](const Asked&, Wire& wire) { say(wire, 200, "ETag: \"e\"\r\n"); });
  S3Settings with = settings();
  with.owner = "111122223333";
  with.encryption = Encryption::Kms;
  with.kms_key = "arn:aws:kms:eu-west-1:111122223333:key/k";
  with.acl = ObjectAcl::OwnerControls;
  open(with);
  PutOptions options;
  options.content_type = "application/x-ndjson";
  options.content_encoding = "gzip";
  options.metadata = {{"lines", "2"}};
  ASSERT_EQ(put("text", options).value(), PutOutcome::Stored);
  const Asked one = asked().at(0);
  EXPECT_EQ(one.line, "PUT " + path_);
  EXPECT_EQ(one.body, "text");
  const std::pair<const char*, std::string> expected[] = {
      {"If-None-Match", "*"},
      {"Content-Type", "application/x-ndjson"},
      {"Content-Encoding", "gzip"},
      {"x-amz-meta-lines", "2"},
      {"x-amz-expected-bucket-owner", "111122223333"},
      {"x-amz-server-side-encryption", "aws:kms"},
      {"x-amz-server-side-encryption-aws-kms-key-id", with.kms_key},
      {"x-amz-server-side-encryption-bucket-key-enabled", "true"},
      {"x-amz-acl", "bucket-owner-full-control"},
      {"x-amz-checksum-crc32c", checksum_text(crc32c(0, "text"))}};
  for (const auto& [name, value] : expected) EXPECT_EQ(one.header(name), value) << name;
  EXPECT_EQ(checksum_text(crc32c(0, "123456789")), "4waSgw==");  // RFC 3720's E3069283

  with.encryption = Encryption::S3;
  open(with);
  options.mode = PutMode::Replace;
  ASSERT_TRUE(put("text", options).ok());
  EXPECT_EQ(asked().at(1).header("x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(asked().at(1).header("x-amz-server-side-encryption-aws-kms-key-id"), "");
  EXPECT_EQ(asked().at(1).header("If-None-Match"), "");
}

TEST_F(S3StoreTest, ABucketIsInTheHostOnlyOfAwsAndWithoutDots) {
  fakes::S3Client client("");
  const auto paths = [&](const std::string& bucket, const std::string& url) {
    S3Settings settings = client.settings(bucket);
    settings.endpoints.url = url;
    const auto opened = S3Bucket::open(client.deps(), settings).value();
    const ServiceRequest request = opened->request("x", "GET", ObjectKey("a/b"));
    std::string line = request.host;
    return line.append(" ")
        .append(request.path)
        .append(" ")
        .append(opened->request("x", "GET", ObjectKey()).path);
  };
  EXPECT_EQ(paths("central", ""), "central /a/b /");
  EXPECT_EQ(paths("central", "http://127.0.0.1:1"), " /central/a/b /central");
  EXPECT_EQ(paths("with.dots", ""), " /with.dots/a/b /with.dots");
  EXPECT_EQ(paths("Capitals", ""), " /Capitals/a/b /Capitals");
  EXPECT_EQ(paths("under_score", ""), " /under_score/a/b /under_score");
  for (const std::string bucket : {"", "ab", "a/b/c", "../up", "a b c", "arn:aws:s3:::b"})
    EXPECT_EQ(S3Bucket::open(client.deps(), client.settings(bucket)).error().fault, Fault::Invalid);
}

TEST_F(S3StoreTest, FollowsABucketToItsRegionAndStaysThere) {
  const auto is_there = [](const Asked& one) {
    return one.header("Authorization").find("/eu-central-1/s3/") != std::string::npos;
  };
  const std::function<void(const Asked&, Wire&)> refusals[] = {
      [](const Asked&, Wire& wire) { say(wire, 301, "x-amz-bucket-region: eu-central-1\r\n"); },
      [](const Asked&, Wire& wire) {
        refuse(wire, 400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>");
      },
      [](const Asked&, Wire& wire) {
        say(wire, 400, "x-amz-bucket-region: eu-central-1\r\n",
            "<Error><Code>IllegalLocationConstraintException</Code></Error>");
      },
      [](const Asked& one, Wire& wire) {  // names the region only when the bucket is asked for
        if (one.is("HEAD /central ")) return say(wire, 301, "x-amz-bucket-region: eu-central-1\r\n");
        if (one.line == "HEAD /central") return say(wire, 301, "x-amz-bucket-region: eu-central-1\r\n");
        refuse(wire, 301, "PermanentRedirect");
      }};
  for (const auto& elsewhere : refusals) {
    asked_.clear();
    serve([&](const Asked& one, Wire& wire) {
      if (!is_there(one)) return elsewhere(one, wire);
      say(wire, 200, object_headers("e"), one.is("GET") ? "text" : "");
    });
    EXPECT_EQ(put("text").value(), PutOutcome::Stored);
    EXPECT_EQ(read().value(), "text");
    const std::vector<Asked> all = asked();
    ASSERT_GE(all.size(), 3U);
    EXPECT_FALSE(is_there(all[0]));
    EXPECT_TRUE(is_there(all[all.size() - 1]) && is_there(all[all.size() - 2]));
    EXPECT_LE(all.size(), 4U);
  }
}

TEST_F(S3StoreTest, DoesNotRunInCirclesAfterABucket) {
  serve([](const Asked& one, Wire& wire) {
    const bool is_east = one.header("Authorization").find("/us-east-1/") != std::string::npos;
    say(wire, 301, std::string("x-amz-bucket-region: ") + (is_east ? "us-west-2" : "us-east-1") + "\r\n");
  });
  EXPECT_EQ(put("text").error().fault, Fault::Denied);
  EXPECT_EQ(asked().size(), 3U);
  serve([](const Asked&, Wire& wire) { say(wire, 301, "x-amz-bucket-region: ../evil\r\n"); });
  EXPECT_EQ(put("text").error().fault, Fault::Denied);
}

TEST_F(S3StoreTest, APutWhoseAnswerWasLostIsDone) {
  for (const bool is_ours : {true, false}) {
    asked_.clear();
    serve([is_ours](const Asked& one, Wire& wire) {
      if (one.is("HEAD")) {
        // The answer to a HEAD gives the object's length, but has no body.
        return wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("e") +
                          "Content-Length: 4\r\nx-amz-checksum-crc32c: " +
                          checksum_text(crc32c(0, is_ours ? "text" : "else")) + "\r\n\r\n");
      }
      static std::atomic<int> puts = 0;
      if (puts++ % 2 == 0) return;  // it is stored, but the connection breaks
      refuse(wire, 412, "PreconditionFailed");
    });
    EXPECT_EQ(put("text").value(), is_ours ? PutOutcome::Stored : PutOutcome::AlreadyThere);
    EXPECT_EQ(lines(), (std::vector<std::string>{"PUT " + path_, "PUT " + path_, "HEAD " + path_}));
    EXPECT_EQ(asked().at(2).header("x-amz-checksum-mode"), "ENABLED");
  }
}

// The answer may come from a proxy that evaluates If-None-Match itself, or be a gateway's page. An agent that
// believed it would forget the lines.
TEST_F(S3StoreTest, WhatIsSaidToBeThereAndIsNotIsNotTakenForStored) {
  const std::string page = "<html>precondition failed</html>";
  for (const int looked : {404, 403}) {
    for (const bool is_page : {false, true}) {
      serve([&](const Asked& one, Wire& wire) {
        if (one.is("HEAD")) return say(wire, looked, "");
        if (is_page) return say(wire, 412, "Content-Type: text/html\r\n", page);
        refuse(wire, 412, "PreconditionFailed");
      });
      const Result<PutOutcome> outcome = put("text");
      if (looked == 403 && !is_page) {  // an answer of S3 itself, and we may not look
        EXPECT_EQ(outcome.value(), PutOutcome::AlreadyThere);
        continue;
      }
      ASSERT_FALSE(outcome.ok()) << looked << is_page;
      EXPECT_EQ(outcome.error().fault, Fault::Retry);
      EXPECT_NE(outcome.error().what.find("PutObject"), std::string::npos) << outcome.error().what;
    }
  }
}

TEST_F(S3StoreTest, AnotherRangeOrAWebPageIsNoDamagedObject) {
  std::string headers;
  int status = 206;
  serve([&](const Asked&, Wire& wire) { say(wire, status, object_headers("e") + headers, "0123"); });
  headers = "Content-Range: bytes 2-5/10\r\n";
  EXPECT_EQ(read(ByteRange{.first = 2, .bytes = 4}).value(), "0123");
  for (const char* wrong : {"bytes 0-3/10", "bytes 2-4/10", "bytes 3-6/10", "bytes */10", "4"}) {
    headers = std::string("Content-Range: ") + wrong + "\r\n";
    const Result<std::string> got = read(ByteRange{.first = 2, .bytes = 4});
    ASSERT_FALSE(got.ok()) << wrong;
    EXPECT_EQ(got.error().fault, Fault::Retry) << got.error().what;
  }
  headers = "Content-Range: bytes 2-5/6\r\n";
  const Result<std::string> beyond = read(ByteRange{.first = 2, .bytes = 5});
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().fault, Fault::Invalid) << "S3 gives what there is up to the end";
  headers = "Content-Range: bytes 0-3/4\r\n";
  EXPECT_EQ(read().error().fault, Fault::Retry) << "nobody asked for a range";
  status = 200;
  headers = "Content-Type: text/html; charset=utf-8\r\n";
  const Result<std::string> page = read();
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().fault, Fault::Retry);
  EXPECT_NE(page.error().what.find("web page"), std::string::npos) << page.error().what;
  headers += "x-amz-request-id: 4442587FB7D0A2F9\r\n";
  EXPECT_EQ(read().value(), "0123") << "an object that somebody stored as a web page";
}

TEST_F(S3StoreTest, WhoMayOnlyWriteIsToldThatTheObjectIsThere) {
  serve([](const Asked& one, Wire& wire) {
    if (one.is("HEAD")) return say(wire, 403, "");
    refuse(wire, 412, "PreconditionFailed");
  });
  EXPECT_EQ(put("text").value(), PutOutcome::AlreadyThere);
  const Result<ObjectInfo> looked = store_->head(key_, soon());
  ASSERT_FALSE(looked.ok());
  EXPECT_EQ(looked.error().fault, Fault::Denied) << "by which a delivery knows that it may not look";
}

TEST_F(S3StoreTest, RetriesThrottlesAndFailuresButNotConflicts) {
  std::atomic<int> tries = 0;
  serve([&](const Asked&, Wire& wire) {
    if (++tries == 1) return refuse(wire, 503, "SlowDown");
    if (tries == 2) return refuse(wire, 500, "InternalError");
    say(wire, 200, "ETag: \"e\"\r\n");
  });
  EXPECT_EQ(put("text").value(), PutOutcome::Stored);
  EXPECT_EQ(tries, 3);

  const struct {
    int status;
    const char* code;
    Fault fault;
  } rows[] = {{503, "SlowDown", Fault::Retry},
              {409, "ConditionalRequestConflict", Fault::Retry},
              {409, "OperationAborted", Fault::Retry},
              {403, "AccessDenied", Fault::Denied},
              {400, "KMS.DisabledException", Fault::Denied},
              {400, "KMS.ThrottlingException", Fault::Retry},
              {404, "NoSuchBucket", Fault::NotFound},
              {400, "BadDigest", Fault::Denied}};
  for (const auto& row : rows) {
    serve([&](const Asked&, Wire& wire) { refuse(wire, row.status, row.code); });
    const Result<PutOutcome> outcome = put("text");
    ASSERT_FALSE(outcome.ok()) << row.code;
    EXPECT_EQ(outcome.error().fault, row.fault) << outcome.error().what;
    EXPECT_NE(outcome.error().what.find(row.code), std::string::npos) << outcome.error().what;
  }
}

TEST_F(S3StoreTest, AReadGoesOnWhereItsConnectionBroke) {
  std::string whole(100'000, 'x');
  for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<char>('a' + i * 7919 % 26);
  for (const std::optional<ByteRange> range : {std::optional<ByteRange>(), {{500, 90'000}}}) {
    asked_.clear();
    serve([&](const Asked& one, Wire& wire) {
      std::size_t first = 0;
      std::size_t last = whole.size() - 1;
      const std::string asked_range = one.header("Range");
      if (!asked_range.empty()) {
        const std::size_t dash = asked_range.find('-');
        ASSERT_TRUE(asked_range.starts_with("bytes=") && dash != std::string::npos) << asked_range;
        first = std::stoul(asked_range.substr(6, dash - 6));
        last = std::stoul(asked_range.substr(dash + 1));
      }
      wire.write("HTTP/1.1 " + std::string(asked_range.empty() ? "200" : "206") +
                 " x\r\nConnection: close\r\n" + object_headers("one") +
                 "x-amz-checksum-crc32c: " + checksum_text(crc32c(0, whole)) + "\r\nContent-Range: bytes " +
                 std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(whole.size()) +
                 "\r\nContent-Length: " + std::to_string(last - first + 1) + "\r\n\r\n");
      // then the connection breaks
      wire.write(whole.substr(first, std::min<std::size_t>(30'001, last - first + 1)));
    });
    const std::string expected = range ? whole.substr(500, 90'000) : whole;
    const Result<std::string> got = read(range);
    ASSERT_TRUE(got.ok()) << got.error().what;
    EXPECT_TRUE(*got == expected);
    const std::vector<Asked> all = asked();
    ASSERT_EQ(all.size(), range ? 3U : 4U);
    EXPECT_EQ(all[0].header("If-Match"), "");
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_EQ(all[i].header("If-Match"), "\"one\"");
      EXPECT_EQ(all[i].header("Range"), "bytes=" + std::to_string((range ? 500 : 0) + i * 30'001) + "-" +
                                            (range ? "90499" : "99999"));
    }
  }
}

TEST_F(S3StoreTest, AReadOutlastsASlowBodyAndLeavesASilentOne) {
  using namespace std::chrono_literals;
  serve([&](const Asked& one, Wire& wire) {
    const std::string range = one.header("Range");
    const std::size_t first = range.empty() ? 0 : std::stoul(range.substr(6));
    wire.write(std::string(range.empty() ? "HTTP/1.1 200 x" : "HTTP/1.1 206 x") +
               "\r\nConnection: close\r\n" + object_headers("one") +
               "Content-Length: " + std::to_string(10 - first) + "\r\n\r\n");
    for (std::size_t at = first; at < 10; ++at) {
      if (at == 7 && first == 0) return wire.hang();
      wire.write(std::string(1, static_cast<char>('0' + at)));
      client_->clock().sleep(200ms, {});
    }
  });
  S3Settings impatient = settings();
  impatient.client.attempt_max = 1s;
  open(impatient);
  EXPECT_EQ(read().value(), "0123456789");
  EXPECT_EQ(asked().size(), 2U);
}

TEST_F(S3StoreTest, AReadGivesUpAfterBreaksWithoutProgress) {
  serve([&](const Asked& one, Wire& wire) {
    const bool is_first = one.header("Range").empty();
    wire.write(std::string(is_first ? "HTTP/1.1 200 x" : "HTTP/1.1 206 x") + "\r\nConnection: close\r\n" +
               object_headers("one") + "Content-Length: 100\r\n\r\n");
    if (is_first) wire.write("x");
  });
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  EXPECT_EQ(asked().size(), 1U + S3Reader::kBreaksMax);
}

TEST_F(S3StoreTest, AReadNeverMixesTwoVersions) {
  serve([&](const Asked& one, Wire& wire) {
    if (!one.header("If-Match").empty()) return refuse(wire, 412, "PreconditionFailed");
    wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("one") +
               "Content-Length: 100\r\n\r\nhalf");
  });
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  EXPECT_NE(got.error().what.find("replaced"), std::string::npos) << got.error().what;
}

TEST_F(S3StoreTest, AReadIsHeldToTheChecksumOfTheObject) {
  std::string checksum;
  serve([&](const Asked&, Wire& wire) { say(wire, 200, object_headers("e") + checksum, "text"); });
  const std::string right = checksum_text(crc32c(0, "text"));
  const std::string wrong = checksum_text(crc32c(0, "else"));
  checksum = "x-amz-checksum-crc32c: " + right + "\r\n";
  EXPECT_EQ(read().value(), "text");
  // a checksum of parts
  checksum = "x-amz-checksum-crc32c: " + wrong + "-3\r\nx-amz-checksum-type: COMPOSITE\r\n";
  EXPECT_EQ(read().value(), "text");
  checksum = "x-amz-checksum-crc32c: " + wrong + "\r\n";
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().what.find("checksum"), std::string::npos) << got.error().what;
}

TEST_F(S3StoreTest, AGigabyteIsReadInAFewMegabytes) {
  constexpr std::size_t kBytes = std::size_t{1} << 30U;
  serve([&](const Asked&, Wire& wire) {
    wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("e") +
               "Content-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    const std::string piece(1U << 20U, 'x');
    for (std::size_t at = 0; at < kBytes && wire.is_open(); at += piece.size()) wire.write(piece);
  });
  const auto reader = store_->open_reader(key_, {}, soon()).value();
  std::vector<char> buffer(64U << 10U);
  const std::size_t before = resident_bytes();
  std::size_t most = 0;
  std::size_t got = 0;
  for (std::size_t reads = 0;; ++reads) {
    const std::size_t count = reader->read(buffer).value();
    if (count == 0) break;
    got += count;
    if (reads % 1000 == 0) most = std::max(most, resident_bytes());
  }
  EXPECT_EQ(got, kBytes);
  EXPECT_LT(most, before + (8U << 20U) + kFreedBytes);
}

// Accepts an upload in parts as S3 does, and fails where the test wants it to.
class S3UploadTest : public S3StoreTest {
 protected:
  void serve_upload(std::function<bool(const Asked& asked, Wire& wire)> is_answered) {
    serve([is_answered = std::move(is_answered)](const Asked& one, Wire& wire) {
      if (is_answered(one, wire)) return;
      if (one.is("POST") && one.line.ends_with("?uploads="))
        return say(
            wire, 200, "",
            "<InitiateMultipartUploadResult><UploadId>up+/=</UploadId></InitiateMultipartUploadResult>");
      if (one.line.find("partNumber=") != std::string::npos) {
        if (one.header("x-amz-copy-source").empty()) return say(wire, 200, "ETag: \"part\"\r\n");
        return say(wire, 200, "", "<CopyPartResult><ETag>\"copied\"</ETag></CopyPartResult>");
      }
      if (one.is("DELETE")) return say(wire, 204, "");
      if (!one.header("x-amz-copy-source").empty())
        return say(wire, 200, "", "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>");
      say(wire, 200, "ETag: \"e-2\"\r\n",
          "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>");
    });
    S3Settings small = settings();
    small.part_bytes = S3Settings::kPartBytesMin;
    small.copied_part_bytes = S3Settings::kPartBytesMin;
    small.owner = "111122223333";
    small.source_owner = "444455556666";
    open(small);
  }
  const std::string large_ = std::string((5U << 20U) + 10, 'x');
  const std::string id_ = "?uploadId=up%2B%2F%3D";
  std::vector<std::string> upload_lines(const std::string& last) const {
    return {"POST " + path_ + "?uploads=", "PUT " + path_ + "?partNumber=1&uploadId=up%2B%2F%3D",
            "PUT " + path_ + "?partNumber=2&uploadId=up%2B%2F%3D", last};
  }
};

TEST_F(S3UploadTest, ALargeObjectGoesInPartsThatS3CanCheck) {
  serve_upload([](const Asked&, Wire&) { return false; });
  PutOptions options;
  options.content_type = "application/x-ndjson";
  options.content_encoding = "gzip";
  options.metadata = {{"lines", "2"}};
  ASSERT_EQ(put(large_, options).value(), PutOutcome::Stored);
  EXPECT_EQ(lines(), upload_lines("POST " + path_ + id_));
  const std::vector<Asked> all = asked();
  EXPECT_EQ(all[0].header("x-amz-meta-lines"), "2");
  EXPECT_EQ(all[0].header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(all[0].header("Content-Encoding"), "gzip");
  EXPECT_EQ(all[0].header("x-amz-checksum-algorithm"), "CRC32C");
  EXPECT_EQ(all[0].header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(all[1].body.size(), S3Settings::kPartBytesMin);
  EXPECT_EQ(all[2].body.size(), 10U);
  EXPECT_EQ(all[2].header("x-amz-checksum-crc32c"), checksum_text(crc32c(0, all[2].body)));
  EXPECT_EQ(all[3].header("If-None-Match"), "*");
  EXPECT_EQ(all[3].header("x-amz-checksum-crc32c"), checksum_text(crc32c(0, large_)));
  EXPECT_EQ(all[3].header("x-amz-mp-object-size"), std::to_string(large_.size()));
  for (const Asked& one : all) EXPECT_EQ(one.header("x-amz-expected-bucket-owner"), "111122223333");
}

TEST_F(S3UploadTest, AnObjectOfExactlyAPartIsOneRequest) {
  serve_upload([](const Asked&, Wire&) { return false; });
  ASSERT_TRUE(put(std::string_view(large_).substr(10)).ok());
  EXPECT_EQ(lines(), std::vector<std::string>{"PUT " + path_});
}

TEST_F(S3UploadTest, AWriterHoldsOnePartHoweverLargeTheObject) {
  std::atomic<std::size_t> came = 0;
  fakes::ScriptedServer server([&](const std::string& request, Wire& wire) {
    if (request.starts_with("PUT")) came += request.size() - request.find("\r\n\r\n") - 4;
    say(wire, 200, "ETag: \"e\"\r\n",
        request.find("?uploads") < request.find(" HTTP/")
            ? "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
            : "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>");
  });
  fakes::S3Client client(server.url());
  const auto store = client.store("central");
  const auto writer = store->open_writer(key_, {}, client.soon()).value();
  const std::string piece(100'000, 'x');
  constexpr std::size_t kPieces = 3000;
  std::size_t before = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    ASSERT_TRUE(writer->append(piece).ok());
    if (i == kPieces / 10) before = resident_bytes();  // the server has allocated its own buffers by now
    most = std::max(most, resident_bytes());
  }
  EXPECT_EQ(writer->commit().value(), PutOutcome::Stored);
  EXPECT_EQ(came, kPieces * piece.size());
  EXPECT_LT(most, before + (32U << 20U) + kFreedBytes);
}

TEST_F(S3UploadTest, WhatFailsIsAborted) {
  const std::function<bool(const Asked&, Wire&)> failures[] = {
      [](const Asked& one, Wire& wire) {
        const bool is_second = one.line.find("partNumber=2") != std::string::npos;
        if (is_second) refuse(wire, 403, "AccessDenied");
        return is_second;
      },
      [](const Asked& one, Wire& wire) {
        const bool completes = one.is("POST") && one.line.find("?uploadId=") != std::string::npos;
        if (completes) say(wire, 200, "", "  \n <Error><Code>AccessDenied</Code></Error>");
        return completes;
      }};
  for (const auto& failure : failures) {
    asked_.clear();
    serve_upload(failure);
    const Result<PutOutcome> outcome = put(large_);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().fault, Fault::Denied) << outcome.error().what;
    EXPECT_EQ(lines().back(), "DELETE " + path_ + id_);
  }
  asked_.clear();
  {
    const auto writer = store_->open_writer(key_, {}, soon()).value();
    ASSERT_TRUE(writer->append(large_).ok());
  }
  EXPECT_EQ(lines().back(), "DELETE " + path_ + id_);  // the upload was aborted
}

TEST_F(S3UploadTest, WhatIsGivenUpBecauseWeStopIsAbortedToo) {
  std::stop_source stop;
  serve_upload([&](const Asked& one, Wire&) {
    if (one.line.find("partNumber=2") != std::string::npos) stop.request_stop();
    return false;
  });
  S3Settings stopping = settings();
  stopping.part_bytes = S3Settings::kPartBytesMin;
  stopping.client.stop = stop.get_token();
  open(stopping);
  const Result<PutOutcome> outcome = put(large_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().fault, Fault::Stopped) << outcome.error().what;
  EXPECT_EQ(lines().back(), "DELETE " + path_ + id_);
}

TEST_F(S3UploadTest, AnAbortIsSentAfterTheDeadlineOfTheUpload) {
  std::atomic<bool> is_late = false;
  serve_upload([&](const Asked& one, Wire& wire) {
    if (one.line.find("partNumber=2") == std::string::npos) return false;
    is_late = true;
    wire.hang();
    return true;
  });
  const Deadline until = Deadline::after(client_->clock().steady(), std::chrono::seconds{3});
  ASSERT_FALSE(put_object(*store_, key_, large_, {}, until).ok());
  EXPECT_TRUE(is_late);
  EXPECT_EQ(lines().back(), "DELETE " + path_ + id_);
}

TEST_F(S3UploadTest, AFailureInsideASuccessIsTriedAgain) {
  std::atomic<int> completions = 0;
  serve_upload([&](const Asked& one, Wire& wire) {
    if (!one.is("POST") || one.line.find("?uploadId=") == std::string::npos || ++completions > 1)
      return false;
    say(wire, 200, "", "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>");
    return true;
  });
  EXPECT_EQ(put(large_).value(), PutOutcome::Stored);
  EXPECT_EQ(completions, 2);
}

TEST_F(S3UploadTest, ACompletionWhoseAnswerWasLostIsDone) {
  for (const char* code : {"PreconditionFailed", "NoSuchUpload"}) {
    std::atomic<int> completions = 0;
    serve_upload([&](const Asked& one, Wire& wire) {
      if (one.is("HEAD")) {
        wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("e") + "Content-Length: " +
                   std::to_string(large_.size()) + "\r\nx-amz-checksum-type: FULL_OBJECT\r\n" +
                   "x-amz-checksum-crc32c: " + checksum_text(crc32c(0, large_)) + "\r\n\r\n");
        return true;
      }
      if (!one.is("POST") || one.line.find("?uploadId=") == std::string::npos) return false;
      if (++completions > 1) refuse(wire, code == std::string("NoSuchUpload") ? 404 : 412, code);
      return true;
    });
    EXPECT_EQ(put(large_).value(), PutOutcome::Stored) << code;
    EXPECT_EQ(completions, 2);
  }
}

TEST_F(S3UploadTest, DoesNotBelieveACompletionThatIsNotThere) {
  serve_upload([&](const Asked& one, Wire& wire) {
    if (one.is("HEAD")) {
      say(wire, 404, "");
      return true;
    }
    if (!one.is("POST") || one.line.find("?uploadId=") == std::string::npos) return false;
    refuse(wire, 412, "PreconditionFailed");
    return true;
  });
  const Result<PutOutcome> outcome = put(large_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().fault, Fault::Retry);
}

TEST_F(S3UploadTest, ACopyTakesNothingOfTheSourceButItsBytes) {
  serve_upload([](const Asked& one, Wire& wire) {
    if (one.is("HEAD")) refuse(wire, 404, "NoSuchKey");
    return one.is("HEAD");
  });
  PutOptions options;
  options.content_type = "application/x-ndjson";
  options.content_encoding = "gzip";
  options.metadata = {{"lines", "2"}};
  const ObjectStore::CopySource source{BucketName("from"), ObjectKey("a b/+%/?#&\xc3\xa9")};
  ASSERT_EQ(store_->copy(source, key_, options, soon()).value(), PutOutcome::Stored);
  const Asked one = asked().back();
  const std::pair<const char*, const char*> expected[] = {
      {"x-amz-copy-source", "from/a%20b/%2B%25/%3F%23%26%C3%A9"},
      {"x-amz-source-expected-bucket-owner", "444455556666"},
      {"x-amz-expected-bucket-owner", "111122223333"},
      {"x-amz-metadata-directive", "REPLACE"},
      {"x-amz-tagging-directive", "REPLACE"},
      {"x-amz-meta-lines", "2"},
      {"Content-Type", "application/x-ndjson"},
      {"Content-Encoding", "gzip"},
      {"x-amz-checksum-algorithm", "CRC32C"},
      {"If-None-Match", "*"}};
  for (const auto& [name, value] : expected) EXPECT_EQ(one.header(name), value) << name;
}

TEST_F(S3UploadTest, ACopyThatFailsInsideASuccessHasFailed) {
  serve_upload([](const Asked& one, Wire& wire) {
    if (one.is("HEAD")) refuse(wire, 404, "NoSuchKey");
    if (one.is("PUT")) say(wire, 200, "", "<Error><Code>AccessDenied</Code></Error>");
    return one.is("HEAD") || one.is("PUT");
  });
  const ObjectStore::CopySource source{BucketName("from"), ObjectKey("k")};
  EXPECT_EQ(store_->copy(source, key_, {}, soon()).error().fault, Fault::Denied);
}

TEST_F(S3UploadTest, CopiesInPartsWhatIsTooLargeOrTooSlowForOneCopy) {
  const std::uint64_t bytes = S3Settings::kPartBytesMin + 5;
  for (const bool is_refused : {true, false}) {
    asked_.clear();
    serve_upload([&](const Asked& one, Wire& wire) {
      if (one.is("HEAD /central")) refuse(wire, 404, "NoSuchKey");
      if (one.is("HEAD /from"))
        wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("v1") +
                   "Content-Length: " + std::to_string(bytes) + "\r\n\r\n");
      if (one.is("HEAD")) return true;
      const bool is_whole = one.line == "PUT " + path_;
      if (is_whole && is_refused)
        refuse(wire, 400, "InvalidRequest",
               "<Message>The specified copy source is larger than the maximum allowable size for a copy "
               "source: 5368709120</Message>");
      return is_whole;
    });
    PutOptions options;
    options.metadata = {{"lines", "2"}};
    const ObjectStore::CopySource source{BucketName("from"), ObjectKey("k")};
    ASSERT_EQ(store_->copy(source, key_, options, soon()).value(), PutOutcome::Stored);
    std::vector<Asked> all = asked();
    if (!is_refused) all.erase(all.begin() + 2, all.begin() + 4);  // removes the other tries
    ASSERT_EQ(all.size(), 7U);  // is it there, copy, how large, begin upload, two parts, complete
    EXPECT_EQ(all[2].header("x-amz-expected-bucket-owner"), "444455556666");
    EXPECT_EQ(all[3].header("x-amz-meta-lines"), "2");
    EXPECT_EQ(all[4].header("x-amz-copy-source-range"), "bytes=0-5242879");
    EXPECT_EQ(all[5].header("x-amz-copy-source-range"), "bytes=5242880-5242884");
    EXPECT_EQ(all[5].header("x-amz-copy-source-if-match"), "\"v1\"");
    EXPECT_EQ(all[5].header("x-amz-source-expected-bucket-owner"), "444455556666");
    EXPECT_EQ(all[6].header("If-None-Match"), "*");
  }
}

TEST_F(S3StoreTest, ListsOnThroughPagesOfNothing) {
  std::atomic<int> pages = 0;
  serve([&](const Asked& one, Wire& wire) {
    if (++pages == 1)
      return say(wire, 200, "",
                 "<ListBucketResult><IsTruncated>true</IsTruncated>"
                 "<NextContinuationToken>t+/=</NextContinuationToken></ListBucketResult>");
    EXPECT_NE(one.line.find("continuation-token=t%2B%2F%3D"), std::string::npos) << one.line;
    say(wire, 200, "",
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents>"
        "<Key>a%2Bb</Key><Size>1</Size><LastModified>2026-01-02T03:04:05Z</LastModified></Contents>"
        "</ListBucketResult>");
  });
  const ObjectPage page = store_->list("a", ObjectKey("a"), 5000, soon()).value();
  ASSERT_EQ(page.objects.size(), 1U);
  EXPECT_EQ(page.objects[0].key.str(), "a+b");
  EXPECT_TRUE(page.is_last);
  EXPECT_NE(asked().at(0).line.find("max-keys=1000"), std::string::npos);
}

}  // namespace
}  // namespace headgate::aws
