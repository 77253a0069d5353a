// "This object exists": the body of a queue message. An SNS envelope that holds an S3 event (raw delivery, S3
// straight to SQS, and EventBridge's "Object Created" are accepted too).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/timestamp.h"

namespace headgate {

// One object that an event names.
struct ObjectCreated {
  BucketName bucket;
  ObjectKey key;  // decoded
  std::uint64_t bytes = 0;
  std::string etag;
  std::string sequencer;
  Timestamp at;  // eventTime; the epoch when absent
};

struct Notification {
  std::vector<ObjectCreated> objects;  // of ObjectCreated:* events; other kinds are left out and counted
  std::uint32_t other_events = 0;
  bool is_test_event = false;  // s3:TestEvent, sent when notifications are configured: acknowledge it
};

constexpr std::size_t kNotificationBytesMax = 1'048'576;  // SQS: a message's largest size since 2025

// Fault::Invalid says what is wrong: not JSON, no Message, no bucket name, a key with a bad escape.
Result<Notification> parse_notification(std::string_view body);

// What S3 through SNS would send for one stored object; `topic_arn` only decorates it.
std::string sns_envelope(const ObjectCreated& created, std::string_view message_id);

}  // namespace headgate
