#include "aws/s3/s3_upload.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/s3/s3_object.h"
#include "fakes/resident_memory.h"
#include "fakes/scripted_s3.h"
#include "model/compression/checksum.h"

namespace headgate::aws {
namespace {

using fakes::kFreedBytes;
using fakes::resident_bytes;

class S3UploadTest : public ScriptedS3 {
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

}  // namespace
}  // namespace headgate::aws
