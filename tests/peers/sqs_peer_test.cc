// Our queue on SQS as moto and ElasticMQ play it; boto3 sends what we receive and receives what we send.
#include <gtest/gtest.h>

#include <thread>

#include "aws/call/json_call.h"
#include "aws/sqs/sqs_queue.h"
#include "conformance/dead_letters.h"
#include "peers/aws_peers.h"
#include "peers/boto3_client.h"

namespace headgate {
namespace {

using aws::JsonObject;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The suite's times, made short: the servers' clocks are real. What the suite wants to be before or after
// something stays so, by a second or more where it must not happen early.
seconds shortened(seconds time) {
  switch (time.count()) {
    case 5:
      return seconds{1};
    case 10:
      return seconds{2};
    case 30:
      return seconds{5};
    case 60:
      return seconds{6};
    default:
      return time;
  }
}
milliseconds passing(seconds time) {
  switch (time.count()) {
    case 2:
      return milliseconds{3'800};  // with 29: over 30
    case 6:
      return milliseconds{1'300};
    case 11:
      return milliseconds{2'300};
    case 29:
    case 50:
      return milliseconds{1'500};
    case 61:
      return milliseconds{6'300};
    default:
      return milliseconds{6'500};  // all there is has passed
  }
}

class ShortenedQueue final : public Queue {
 public:
  explicit ShortenedQueue(Queue& queue) : queue_(queue) {}
  Result<> send(std::string body, seconds delay, Deadline deadline) override {
    return queue_.send(std::move(body), shortened(delay), deadline);
  }
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override {
    Receive shorter = asked;
    shorter.visibility = shortened(asked.visibility);
    return queue_.receive(shorter, deadline);
  }
  Result<> remove(const std::string& receipt, Deadline deadline) override {
    return queue_.remove(receipt, deadline);
  }
  Result<> change_visibility(const std::string& receipt, seconds visibility, Deadline deadline) override {
    return queue_.change_visibility(receipt, shortened(visibility), deadline);
  }
  Result<QueueDepth> depth(Deadline deadline) override { return queue_.depth(deadline); }

 private:
  Queue& queue_;
};

constexpr std::uint32_t kReceives = 2;

// A queue with a dead-letter queue, made by boto3.
struct SqsFixture {
  explicit SqsFixture(const std::string& url) : fixture_(url), boto3_(url) {
    const std::string dead = make(name_ + "-dead", "{}");
    const auto read =
        boto3_.call("sqs", "get_queue_attributes",
                    JsonObject().text("QueueUrl", dead).raw("AttributeNames", R"(["QueueArn"])").take());
    const std::string arn(read["Attributes"]["QueueArn"].get_string().value());
    const std::string policy =
        JsonObject().text("deadLetterTargetArn", arn).number("maxReceiveCount", kReceives).take();
    url_ = make(name_, JsonObject().text("RedrivePolicy", policy).take());
    settings_.queue = url_;
    queue_ = aws::SqsQueue::open(fixture_.deps(), settings_).value();
    shortened_ = std::make_unique<ShortenedQueue>(*queue_);
  }
  std::string make(const std::string& name, const std::string& attributes) {
    const auto made = boto3_.call("sqs", "create_queue",
                                  JsonObject().text("QueueName", name).raw("Attributes", attributes).take());
    return std::string(made["QueueUrl"].get_string().value());
  }
  Queue& queue() { return *shortened_; }
  DeadLetters& letters() { return *queue_; }
  void pass(seconds time) { fixture_.clock().sleep(passing(time), {}); }
  static constexpr std::uint32_t kReceivesMax = kReceives;
  static constexpr bool kReportsVoidReceipts = false;
  static constexpr bool kExpiredReceiptRemoves = true;
  static constexpr bool kOldReceiptsWork = true;  // both; AWS may or may not
  static constexpr bool kDepthIsExact = false;

  fakes::AwsFixture fixture_;
  peers::Boto3Client boto3_;
  std::string name_ = fixture_.new_name();
  std::string url_;
  aws::SqsSettings settings_ = fixture_.settings<aws::SqsSettings>();
  std::unique_ptr<aws::SqsQueue> queue_;
  std::unique_ptr<ShortenedQueue> shortened_;
};
struct MotoSqs : SqsFixture {
  MotoSqs() : SqsFixture(peers::moto_url()) {}
};
struct ElasticMq : SqsFixture {
  ElasticMq() : SqsFixture(peers::elasticmq_url()) {}
};

template <typename Fixture>
class SqsPeer : public testing::Test {
 protected:
  Fixture fixture_;
};
using Fixtures = testing::Types<MotoSqs, ElasticMq>;
TYPED_TEST_SUITE(SqsPeer, Fixtures);

TYPED_TEST(SqsPeer, ReceivesWhatBoto3SentAndTheOtherWayRound) {
  SqsFixture& fixture = this->fixture_;
  const std::string body = "a \"quoted\" text, \xc3\xa9 \xf0\x9f\x90\xb3\n\ttab </script>";
  fixture.boto3_.call("sqs", "send_message",
                      JsonObject().text("QueueUrl", fixture.url_).text("MessageBody", body).take());
  const auto received = fixture.queue_->receive({}, Deadline::never());
  ASSERT_TRUE(received.ok()) << received.error().what;
  ASSERT_EQ(received->size(), 1U);
  EXPECT_EQ(received->front().body, body);
  ASSERT_TRUE(fixture.queue_->remove(received->front().receipt, Deadline::never()).ok());

  ASSERT_TRUE(fixture.queue_->send(body, seconds{0}, Deadline::never()).ok());
  const auto theirs =
      fixture.boto3_.call("sqs", "receive_message", JsonObject().text("QueueUrl", fixture.url_).take());
  EXPECT_EQ(theirs["Messages"].at(0)["Body"].get_string().value(), body);
}

TYPED_TEST(SqsPeer, IsFoundByNameAndTellsItsDepth) {
  SqsFixture& fixture = this->fixture_;
  aws::SqsSettings settings = fixture.settings_;
  settings.queue = fixture.name_;
  const auto queue = aws::SqsQueue::open(fixture.fixture_.deps(), settings);
  ASSERT_TRUE(queue.ok()) << queue.error().what;
  EXPECT_EQ((*queue)->url(), fixture.url_);
  ASSERT_TRUE((*queue)->send("a", seconds{0}, Deadline::never()).ok());
  ASSERT_TRUE((*queue)->send("b", seconds{0}, Deadline::never()).ok());
  ASSERT_TRUE((*queue)->send("later", seconds{60}, Deadline::never()).ok());
  ASSERT_EQ((*queue)->receive({.count_max = 1}, Deadline::never())->size(), 1U);
  const auto depth = (*queue)->depth(Deadline::never());
  ASSERT_TRUE(depth.ok()) << depth.error().what;
  EXPECT_EQ(depth->waiting, 1U);
  EXPECT_EQ(depth->in_flight, 1U);
  EXPECT_EQ(depth->delayed, 1U);
  EXPECT_EQ(depth->dead, 0U);
  settings.queue = "no-such-queue";
  EXPECT_EQ(aws::SqsQueue::open(fixture.fixture_.deps(), settings).error().fault, Fault::NotFound);
}

TYPED_TEST(SqsPeer, WaitsForAMessage) {
  SqsFixture& fixture = this->fixture_;
  const std::jthread later([&fixture] {
    fixture.fixture_.clock().sleep(milliseconds{500}, {});
    EXPECT_TRUE(fixture.queue_->send("late", seconds{0}, Deadline::never()).ok());
  });
  const SteadyTime start = fixture.fixture_.clock().steady();
  const auto received = fixture.queue_->receive({.wait = seconds{15}}, Deadline::after(start, seconds{30}));
  ASSERT_TRUE(received.ok()) << received.error().what;
  ASSERT_EQ(received->size(), 1U);
  EXPECT_LT(fixture.fixture_.clock().steady() - start, seconds{10});
}

TYPED_TEST(SqsPeer, AReceiptOfNobodyIsNotFound) {
  SqsFixture& fixture = this->fixture_;
  EXPECT_EQ(fixture.queue_->remove("no receipt", Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_EQ(fixture.queue_->change_visibility("no receipt", seconds{1}, Deadline::never()).error().fault,
            Fault::NotFound);
}

TYPED_TEST(SqsPeer, AQueueWithoutDeadLettersSaysSo) {
  SqsFixture& fixture = this->fixture_;
  aws::SqsSettings settings = fixture.settings_;
  settings.queue = fixture.make(fixture.name_ + "-plain", "{}");
  const auto queue = aws::SqsQueue::open(fixture.fixture_.deps(), settings).value();
  EXPECT_EQ(queue->dead_letters(1, Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_TRUE(queue->depth(Deadline::never()).ok());
}

}  // namespace
}  // namespace headgate

namespace headgate::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(Moto, QueueConformance, MotoSqs);
INSTANTIATE_TYPED_TEST_SUITE_P(ElasticMq, QueueConformance, ElasticMq);
INSTANTIATE_TYPED_TEST_SUITE_P(Moto, DeadLettersConformance, MotoSqs);
INSTANTIATE_TYPED_TEST_SUITE_P(ElasticMq, DeadLettersConformance, ElasticMq);
}  // namespace headgate::conformance
