// "This object exists": the body of a queue message. An SNS envelope that holds an S3 event (raw delivery, S3
// straight to SQS, SNS's own event of a Lambda function, and EventBridge's "Object Created" are accepted
// too). https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate {

// One object that an event names.
struct ObjectCreated {
  BucketName bucket = {};
  ObjectKey key = {};  // decoded
  std::uint64_t bytes = 0;
  std::string etag = {};
  std::string sequencer = {};
  Timestamp at = {};  // eventTime; the epoch when absent
  friend bool operator==(const ObjectCreated&, const ObjectCreated&) = default;
};

struct Notification {
  std::vector<ObjectCreated> objects;  // of ObjectCreated:* events; other kinds are left out and counted
  std::uint32_t other_events = 0;
  bool is_test_event = false;  // s3:TestEvent, sent when notifications are configured: acknowledge it
};

constexpr std::size_t kNotificationBytesMax = 1'048'576;  // SQS: a message's largest size since 2025
constexpr std::size_t kNotificationRecordsMax = 100;      // S3 sends one record in a message
constexpr std::uint64_t kObjectBytesMax = 50ULL << 40U;   // the largest object of S3: 50 TiB

// Fault::Invalid says what is wrong, and where: not JSON, none of the shapes above, no bucket name, no key or
// one with a bad escape, over kNotificationBytesMax, over kNotificationRecordsMax. One bad event makes all of
// the body invalid: it is parked whole. A size over kObjectBytesMax counts as that. Sizes, tags and times
// that are missing or of another type are left at their defaults.
Result<Notification> parse_notification(std::string_view body);

// What S3 through SNS would send for one stored object. parse_notification reads it back equal, given that
// the texts are UTF-8 (the key may be any bytes).
std::string sns_envelope(const ObjectCreated& created, std::string_view message_id);

}  // namespace headgate
