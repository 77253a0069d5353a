// The S3 store against answers that no correct server gives on request. That the store works with servers
// that others wrote is tested in tests/peers.
#include "aws/s3/s3_store.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/s3/s3_object.h"
#include "fakes/scripted_s3.h"
#include "model/compression/checksum.h"

namespace headgate::aws {
namespace {

class S3StoreTest : public ScriptedS3 {};

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
