// What boto3 reads of what we wrote, and we of what it wrote; who is refused; and what is left when the way
// there is bad.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/mutex.h"
#include "conformance/scratch_folder.h"
#include "fakes/scripted_server.h"
#include "peers/forward.h"
#include "peers/s3_boto3.h"

namespace headgate::peers {
namespace {

class S3Boto3 : public testing::Test {
 protected:
  void agree(const PeerProcess& server, const Sizes& sizes) {
    ASSERT_NE(server.port(), 0);
    const std::string url = url_of(server);
    S3Client client(url);
    const std::string ours = client.new_bucket();
    aws::S3Settings settings = client.settings(ours);
    settings.part_bytes = aws::S3Settings::kPartBytesMin;
    const auto written = client.store(settings);
    for (const auto& [key, is_large] : sizes)
      ASSERT_EQ(put_object(*written, ObjectKey(key), body_of(key, is_large), properties(key), client.soon())
                    .value(),
                PutOutcome::Stored)
          << key;
    EXPECT_TRUE(boto3_.agrees("check", url, ours, sizes));

    const std::string theirs = client.new_bucket();
    ASSERT_TRUE(boto3_.agrees("write", url, theirs, sizes));
    const auto store = client.store(theirs);
    const ObjectPage page = store->list("", ObjectKey(), 1000, client.soon()).value();
    EXPECT_EQ(page.objects.size(), sizes.size());
    for (const ObjectInfo& listed : page.objects) {
      const std::string& key = listed.key.str();
      ASSERT_EQ(sizes.count(key), 1U) << key;
      EXPECT_TRUE(read(*store, key, client.soon()) == body_of(key, sizes.at(key))) << key;
      const ObjectInfo info = store->head(listed.key, client.soon()).value();
      EXPECT_EQ(info.metadata, properties(key).metadata) << key;
      EXPECT_EQ(info.content_type, "application/x-ndjson") << key;
      EXPECT_EQ(info.content_encoding, "gzip") << key;
      EXPECT_EQ(info.etag, listed.etag) << key;
    }
  }
  Boto3Bucket boto3_;
};

const Sizes kOddKeys = {{"plain", false},
                        {"prod/ns/app/pod-1/20250830-112701-0a1b.json.gz", true},
                        {"a b/ leading and trailing ", false},
                        {"plus+plus", false},
                        {"100%/%2F/%41", false},
                        {"\xc3\xa9t\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x90\xb3", true},
                        {"quote\"'`", false},
                        {"a&b<c>d", false},
                        {"~!*(),;:@$=", false},
                        {"q?x=1#top", false},
                        {"back\\slash|{}[]^", false},
                        {".hidden/..x/...", false}};

TEST_F(S3Boto3, AgreesOnMotoAlsoOnKeysThatAreNoPaths) {
  Sizes keys = kOddKeys;
  for (const char* key : {"/leading", "a//b", "a/../b", "./x", "a", "a/", "a/b"}) keys[key] = false;
  agree(PeerProcess(moto_command()), keys);
}

TEST_F(S3Boto3, AgreesOnS3Proxy) {
  agree(PeerProcess(s3proxy_command()), kOddKeys);
}

// Over TLS the body goes unsigned, as UNSIGNED-PAYLOAD, and S3Proxy has to find the signature right all the
// same.
TEST(S3OverTls, StoresAndReadsAtAServerWhoseAuthorityIsNamed) {
  const conformance::ScratchFolder folder;
  const std::string made =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=s3 -addext subjectAltName=IP:127.0.0.1 "
      "-keyout " +
      folder.at("key.pem") + " -out " + folder.at("ca.pem") +
      " 2> /dev/null && openssl pkcs12 -export -inkey " + folder.at("key.pem") + " -in " +
      folder.at("ca.pem") + " -passout pass:password -out " + folder.at("keys.p12");
  ASSERT_EQ(std::system(made.c_str()), 0) << made;
  std::vector<std::string> command = s3proxy_command();
  command.push_back(folder.at("keys.p12"));
  const PeerProcess server(command);
  ASSERT_NE(server.port(), 0);
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port());

  S3Client client(url, fakes::kSecretKey, folder.at("ca.pem"));
  aws::S3Settings settings = client.settings(client.new_bucket());
  settings.part_bytes = aws::S3Settings::kPartBytesMin;
  const auto store = client.store(settings);
  for (const bool is_large : {false, true}) {
    const ObjectKey key(is_large ? "in parts" : "at once");
    const std::string body = body_of(key.str(), is_large);
    ASSERT_EQ(put_object(*store, key, body, properties(key.str()), client.soon()).value(),
              PutOutcome::Stored);
    EXPECT_TRUE(read(*store, key.str(), client.soon()) == body);
  }
  S3Client wrong(url, "another secret", folder.at("ca.pem"));
  const auto refusing = wrong.store(settings);
  EXPECT_EQ(put_object(*refusing, ObjectKey("l"), "x", {}, wrong.soon()).error().fault, Fault::Denied);
  S3Client unbelieving(url);
  EXPECT_EQ(unbelieving.store(settings)->head(ObjectKey("at once"), unbelieving.soon()).error().fault,
            Fault::Denied);
}

TEST(S3Secrets, AWrongOneIsRefused) {
  const PeerProcess server(s3proxy_command());
  ASSERT_NE(server.port(), 0);
  S3Client right(url_of(server));
  const std::string bucket = right.new_bucket();
  const ObjectKey key("k");
  ASSERT_TRUE(put_object(*right.store(bucket), key, "x", {}, right.soon()).ok());
  S3Client wrong(url_of(server), "another secret");
  const auto store = wrong.store(bucket);
  EXPECT_EQ(put_object(*store, ObjectKey("l"), "x", {}, wrong.soon()).error().fault, Fault::Denied);
  EXPECT_EQ(store->open_reader(key, {}, wrong.soon()).error().fault, Fault::Denied);
  EXPECT_EQ(store->head(key, wrong.soon()).error().fault, Fault::Denied);
  EXPECT_EQ(store->list("", ObjectKey(), 10, wrong.soon()).error().fault, Fault::Denied);
  EXPECT_EQ(store->remove(key, wrong.soon()).error().fault, Fault::Denied);
  const Error refused = store->head(key, wrong.soon()).error();
  EXPECT_EQ(refused.what.find("another secret"), std::string::npos);
  EXPECT_EQ(read(*right.store(bucket), "k", right.soon()), "x");
}

// Between us and S3Proxy: every request may be refused, cut off or answered by half.
class BadWay {
 public:
  BadWay(const PeerProcess& server, std::uint32_t seed) : port_(server.port()), random_(seed) {}
  std::string url() const { return way_.url(); }
  int faults() const { return faults_; }
  int requests() const { return requests_; }

 private:
  void pass(const std::string& request, fakes::ScriptedServer::Answer& wire) {
    ++requests_;
    const std::uint32_t chance = draw();
    if (chance < 60) return wire.write(forward(port_, request));
    ++faults_;
    if (chance < 70)
      return wire.write(
          "HTTP/1.1 503 x\r\nConnection: close\r\nContent-Length: "
          "35\r\n\r\n<Error><Code>SlowDown</Code></Error>");
    if (chance < 75) return wire.write("HTTP/1.1 500 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    if (chance < 80) return;  // it never came there
    const std::string answer = forward(port_, request);
    if (chance < 90) return;  // it did, and nobody knows
    wire.write(answer.substr(0, answer.size() * (chance - 90) / 10));
  }
  std::uint32_t draw() {
    const MutexLock lock(mutex_);
    return static_cast<std::uint32_t>(random_() % 100);
  }
  const int port_;
  Mutex mutex_;
  std::mt19937 random_;  // guarded
  std::atomic<int> faults_ = 0;
  std::atomic<int> requests_ = 0;
  fakes::ScriptedServer way_{
      [this](const std::string& request, fakes::ScriptedServer::Answer& wire) { pass(request, wire); }};
};

class S3OverABadWay : public S3Boto3, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(S3OverABadWay, EveryObjectArrivesWholeAndOnce) {
  const PeerProcess server(s3proxy_command());
  ASSERT_NE(server.port(), 0);
  S3Client direct(url_of(server));
  const std::string bucket = direct.new_bucket();
  const BadWay way(server, GetParam());
  S3Client client(way.url());
  aws::S3Settings settings = client.settings(bucket);
  settings.part_bytes = aws::S3Settings::kPartBytesMin;
  settings.client.attempts_max = 5;
  const auto store = client.store(settings);

  Sizes sizes;
  for (int i = 0; i < 40; ++i) {
    const std::string key = "c/n/a/pod " + std::to_string(i) + ".json.gz";
    sizes[key] = i % 10 == 0;
    // As an uploader does: again until it is there.
    bool is_there = false;
    for (int tries = 0; tries < 50 && !is_there; ++tries) {
      const Result<PutOutcome> put =
          put_object(*store, ObjectKey(key), body_of(key, sizes[key]), properties(key), client.soon());
      is_there = put.ok();
      if (!put.ok()) {
        ASSERT_EQ(put.error().fault, Fault::Retry) << put.error().what;
      }
    }
    ASSERT_TRUE(is_there) << key;
  }
  for (const auto& [key, is_large] : sizes) {
    std::string got = "error: ";
    for (int tries = 0; tries < 50 && got.starts_with("error: "); ++tries)
      got = read(*store, key, client.soon());
    EXPECT_TRUE(got == body_of(key, is_large)) << key << ": " << got.substr(0, 200);
  }
  // An upload whose id never reached us is left to the bucket's lifecycle rule.
  EXPECT_TRUE(boto3_.agrees("read", url_of(server), bucket, sizes));
  EXPECT_GT(way.faults(), way.requests() / 4);
}
INSTANTIATE_TEST_SUITE_P(Seeds, S3OverABadWay, testing::Values(1, 2, 3));

}  // namespace
}  // namespace headgate::peers
