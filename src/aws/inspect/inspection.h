// What `headgate check` reads from AWS: the configuration of the bucket, its notifications, the queue and the
// tables. Nothing is changed.
//
// Fault::Denied means that we may not look, which says nothing about whether deliveries work.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call/service_client.h"
#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"

namespace headgate::aws {

struct QueueFacts {
  std::string arn;
  std::int64_t visibility_seconds = 0;
  std::int64_t retention_seconds = 0;
  std::int64_t receives_max = 0;  // maxReceiveCount; 0 if there is no dead-letter queue
  std::string dead_letter_arn;
};

// Where S3 sends notifications of new objects.
struct NotificationTarget {
  std::string arn;
  std::string prefix;
  std::string suffix;
  bool is_of_creation = false;  // for s3:ObjectCreated:*; a single one of these events would leave others out
};
struct NotificationFacts {
  std::vector<NotificationTarget> topics;
  std::vector<NotificationTarget> queues;
  std::vector<NotificationTarget> functions;
  bool has_event_bridge = false;
};

struct LifecycleRule {
  std::string prefix;
  bool has_other_conditions = false;  // tags or sizes, so that the rule holds for some objects only
  std::int64_t expires_days = 0;      // 0 if the rule does not delete objects
};

struct Subscription {
  std::string protocol;
  std::string endpoint;
};

struct KeyPart {
  std::string name;
  std::string role;  // HASH or RANGE
  std::string type;  // S, N, B
  friend bool operator==(const KeyPart&, const KeyPart&) = default;
};
struct TableFacts {
  std::string status;  // ACTIVE
  std::vector<KeyPart> key;
  std::map<std::string, std::vector<KeyPart>> indexes;
};

Result<QueueFacts> queue_facts(ServiceClient& sqs, std::string_view url, Deadline deadline);
// Asks with a receipt that is not valid whether we may change the visibility of a message. Fault::Denied if
// we may not.
Result<> may_change_visibility(ServiceClient& sqs, std::string_view url, Deadline deadline);
Result<> bucket_is_there(S3Bucket& bucket, Deadline deadline);
Result<NotificationFacts> notification_facts(S3Bucket& bucket, Deadline deadline);
Result<std::vector<LifecycleRule>> lifecycle_rules(S3Bucket& bucket,
                                                   Deadline deadline);  // empty if nothing expires
// Only the first page, which has up to a hundred.
Result<std::vector<Subscription>> subscriptions_of(ServiceClient& sns, std::string_view topic,
                                                   Deadline deadline);
Result<TableFacts> table_facts(ServiceClient& dynamo, std::string_view table, Deadline deadline);
// The attribute by which rows expire; empty if they do not.
Result<std::string> expiry_attribute(ServiceClient& dynamo, std::string_view table, Deadline deadline);

// Parsers of the services' answers. Fault::Invalid, or Fault::Retry for JSON, if it is not such an answer.
Result<QueueFacts> read_queue_facts(std::string_view json);
Result<NotificationFacts> read_notifications(std::string_view xml);
Result<std::vector<LifecycleRule>> read_lifecycle(std::string_view xml);
Result<std::vector<Subscription>> read_subscriptions(std::string_view xml);
Result<TableFacts> read_table(std::string_view json);
Result<std::string> read_expiry(std::string_view json);

}  // namespace headgate::aws
