#include "aws/inspect/inspection.h"

#include <array>
#include <pugixml.hpp>

#include "aws/call/json_call.h"
#include "aws/call/sigv4.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

constexpr std::size_t kListMax = 1000;  // for any list in an answer; the rest is left out

Error bad(std::string_view what) {
  return Error{Fault::Invalid, "answer: " + std::string(what)};
}

std::int64_t number_at(simdjson::dom::object object, std::string_view name) {
  if (const auto number = number_of(object, name)) return *number;
  return parse_number<std::int64_t>(text_of(object, name).value_or("")).value_or(0);
}

Result<std::string> ask_json(ServiceClient& client, const JsonProtocol& protocol, std::string_view operation,
                             const std::string& body, Deadline deadline) {
  Answer answer = TRY(client.call_ok(json_request(protocol, operation, body), deadline));
  return std::move(answer.body);
}

Result<pugi::xml_node> parse(pugi::xml_document& document, std::string_view xml, std::string_view name) {
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8))
    return bad("no XML");
  const pugi::xml_node element = document.document_element();
  if (element.name() != name) return bad("no " + std::string(name));
  return element;
}

// Reads a sub-resource of a bucket, such as ?notification. Empty if it is not set.
Result<std::string> bucket_part(S3Bucket& bucket, const char* operation, const char* part,
                                std::string_view code_of_none, Deadline deadline) {
  ServiceRequest request = bucket.request(operation, "GET", {});
  request.query.emplace_back(part, "");
  Answer answer = TRY(bucket.call(request, deadline));
  if (!answer.is_success() && answer.code == code_of_none) return std::string();
  if (!answer.is_success()) return bucket.error_of(request, answer);
  return std::move(answer.body);
}

NotificationTarget read_target(const pugi::xml_node& node, const char* arn) {
  NotificationTarget target;
  target.arn = node.child_value(arn);
  for (const pugi::xml_node event : node.children("Event")) {
    const std::string_view name = event.child_value();
    target.is_of_creation = target.is_of_creation || name == "s3:ObjectCreated:*";
  }
  for (const pugi::xml_node rule : node.child("Filter").child("S3Key").children("FilterRule")) {
    const std::string_view name = rule.child_value("Name");
    if (name == "prefix" || name == "Prefix") target.prefix = rule.child_value("Value");
    if (name == "suffix" || name == "Suffix") target.suffix = rule.child_value("Value");
  }
  return target;
}

std::vector<KeyPart> read_key(simdjson::dom::object object, const std::map<std::string, std::string>& types) {
  std::vector<KeyPart> key;
  const auto parts = array_of(object, "KeySchema");
  if (!parts) return key;
  for (const simdjson::dom::element element : *parts) {
    simdjson::dom::object part;
    if (element.get(part) != simdjson::SUCCESS || key.size() == 2) continue;
    KeyPart one{.name = std::string(text_of(part, "AttributeName").value_or("")),
                .role = std::string(text_of(part, "KeyType").value_or("")),
                .type = {}};
    if (const auto type = types.find(one.name); type != types.end()) one.type = type->second;
    key.push_back(std::move(one));
  }
  return key;
}

}  // namespace

Result<QueueFacts> read_queue_facts(std::string_view json) {
  const JsonAnswer answer = TRY(JsonAnswer::read(json));
  const auto attributes = object_of(answer.object(), "Attributes");
  if (!attributes) return bad("the queue's attributes are missing");
  QueueFacts facts{.arn = std::string(text_of(*attributes, "QueueArn").value_or("")),
                   .visibility_seconds = number_at(*attributes, "VisibilityTimeout"),
                   .retention_seconds = number_at(*attributes, "MessageRetentionPeriod")};
  const auto policy = text_of(*attributes, "RedrivePolicy");
  if (!policy || policy->empty()) return facts;
  const JsonAnswer redrive = TRY_IN("RedrivePolicy", JsonAnswer::read(*policy));
  facts.receives_max = number_at(redrive.object(), "maxReceiveCount");
  facts.dead_letter_arn = text_of(redrive.object(), "deadLetterTargetArn").value_or("");
  return facts;
}

Result<NotificationFacts> read_notifications(std::string_view xml) {
  pugi::xml_document document;
  const Result<pugi::xml_node> found = parse(document, xml, "NotificationConfiguration");
  // Without notifications, S3 sends an empty NotificationConfiguration. moto gives the empty element another
  // name.
  const pugi::xml_node element = document.document_element();
  if (!found.ok() && !element.first_child() &&
      std::string_view(element.name()) == "GetBucketNotificationResponse")
    return NotificationFacts();
  const pugi::xml_node root = TRY(found);
  NotificationFacts facts;
  std::size_t count = 0;
  for (const pugi::xml_node node : root.children()) {
    if (++count > kListMax) break;
    const std::string_view name = node.name();
    if (name == "TopicConfiguration") facts.topics.push_back(read_target(node, "Topic"));
    if (name == "QueueConfiguration") facts.queues.push_back(read_target(node, "Queue"));
    if (name == "CloudFunctionConfiguration") facts.functions.push_back(read_target(node, "CloudFunction"));
    if (name == "EventBridgeConfiguration") facts.has_event_bridge = true;
  }
  return facts;
}

Result<std::vector<LifecycleRule>> read_lifecycle(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = TRY(parse(document, xml, "LifecycleConfiguration"));
  std::vector<LifecycleRule> rules;
  for (const pugi::xml_node node : root.children("Rule")) {
    if (rules.size() == kListMax) break;
    if (std::string_view(node.child_value("Status")) != "Enabled") continue;
    LifecycleRule rule;
    const pugi::xml_node filter = node.child("Filter");
    const pugi::xml_node conditions = filter.child("And") ? filter.child("And") : filter;
    rule.prefix = filter ? conditions.child_value("Prefix") : node.child_value("Prefix");
    for (const char* other : {"Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"})
      rule.has_other_conditions = rule.has_other_conditions || conditions.child(other);
    rule.expires_days = parse_number<std::int64_t>(node.child("Expiration").child_value("Days")).value_or(0);
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<std::vector<Subscription>> read_subscriptions(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = TRY(parse(document, xml, "ListSubscriptionsByTopicResponse"));
  std::vector<Subscription> all;
  for (const pugi::xml_node member :
       root.child("ListSubscriptionsByTopicResult").child("Subscriptions").children("member")) {
    if (all.size() == kListMax) break;
    all.push_back({.protocol = member.child_value("Protocol"), .endpoint = member.child_value("Endpoint")});
  }
  return all;
}

Result<TableFacts> read_table(std::string_view json) {
  const JsonAnswer answer = TRY(JsonAnswer::read(json));
  const auto table = object_of(answer.object(), "Table");
  if (!table) return bad("the table is missing");
  std::map<std::string, std::string> types;
  if (const auto attributes = array_of(*table, "AttributeDefinitions")) {
    for (const simdjson::dom::element element : *attributes) {
      simdjson::dom::object one;
      if (element.get(one) != simdjson::SUCCESS || types.size() == kListMax) continue;
      types.emplace(text_of(one, "AttributeName").value_or(""), text_of(one, "AttributeType").value_or(""));
    }
  }
  TableFacts facts{.status = std::string(text_of(*table, "TableStatus").value_or("")),
                   .key = read_key(*table, types)};
  if (const auto indexes = array_of(*table, "GlobalSecondaryIndexes")) {
    for (const simdjson::dom::element element : *indexes) {
      simdjson::dom::object one;
      if (element.get(one) != simdjson::SUCCESS || facts.indexes.size() == kListMax) continue;
      facts.indexes.emplace(text_of(one, "IndexName").value_or(""), read_key(one, types));
    }
  }
  return facts;
}

Result<std::string> read_expiry(std::string_view json) {
  const JsonAnswer answer = TRY(JsonAnswer::read(json));
  const auto description = object_of(answer.object(), "TimeToLiveDescription");
  if (!description) return bad("the time to live is missing");
  const std::string_view status = text_of(*description, "TimeToLiveStatus").value_or("");
  if (status != "ENABLED" && status != "ENABLING") return std::string();
  return std::string(text_of(*description, "AttributeName").value_or(""));
}

Result<QueueFacts> queue_facts(ServiceClient& sqs, std::string_view url, Deadline deadline) {
  const std::string body = JsonObject().text("QueueUrl", url).raw("AttributeNames", R"(["All"])").take();
  return read_queue_facts(TRY(ask_json(sqs, kSqsProtocol, "GetQueueAttributes", body, deadline)));
}

Result<> may_change_visibility(ServiceClient& sqs, std::string_view url, Deadline deadline) {
  const std::string body = JsonObject()
                               .text("QueueUrl", url)
                               .text("ReceiptHandle", "headgate-check")
                               .number("VisibilityTimeout", 0)
                               .take();
  const ServiceRequest request = json_request(kSqsProtocol, "ChangeMessageVisibility", body);
  const Answer answer = TRY(sqs.call(request, deadline));
  // A caller without permission is refused before SQS looks at the receipt.
  if (answer.is_success() || answer.code.find("Receipt") != std::string::npos ||
      answer.message.find("eceipt") != std::string::npos ||
      answer.code.find("InvalidParameterValue") != std::string::npos)
    return {};
  return error_of(request, answer);
}

Result<> bucket_is_there(S3Bucket& bucket, Deadline deadline) {
  TRY(bucket.call_ok(bucket.request("HeadBucket", "HEAD", {}), deadline));
  return {};
}

Result<NotificationFacts> notification_facts(S3Bucket& bucket, Deadline deadline) {
  const std::string xml =
      TRY(bucket_part(bucket, "GetBucketNotificationConfiguration", "notification", "", deadline));
  return TRY_IN("GetBucketNotificationConfiguration", read_notifications(xml));
}

Result<std::vector<LifecycleRule>> lifecycle_rules(S3Bucket& bucket, Deadline deadline) {
  const std::string xml = TRY(bucket_part(bucket, "GetBucketLifecycleConfiguration", "lifecycle",
                                          "NoSuchLifecycleConfiguration", deadline));
  if (xml.empty()) return std::vector<LifecycleRule>();
  return TRY_IN("GetBucketLifecycleConfiguration", read_lifecycle(xml));
}

Result<std::vector<Subscription>> subscriptions_of(ServiceClient& sns, std::string_view topic,
                                                   Deadline deadline) {
  const std::string body = canonical_query(
      {{"Action", "ListSubscriptionsByTopic"}, {"TopicArn", std::string(topic)}, {"Version", "2010-03-31"}});
  const ServiceRequest request{
      .operation = "ListSubscriptionsByTopic",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
      .body = body};
  const Answer answer = TRY(sns.call_ok(request, deadline));
  return TRY_IN("ListSubscriptionsByTopic", read_subscriptions(answer.body));
}

Result<TableFacts> table_facts(ServiceClient& dynamo, std::string_view table, Deadline deadline) {
  const std::string body = JsonObject().text("TableName", table).take();
  return read_table(TRY(ask_json(dynamo, kDynamoProtocol, "DescribeTable", body, deadline)));
}

Result<std::string> expiry_attribute(ServiceClient& dynamo, std::string_view table, Deadline deadline) {
  const std::string body = JsonObject().text("TableName", table).take();
  return read_expiry(TRY(ask_json(dynamo, kDynamoProtocol, "DescribeTimeToLive", body, deadline)));
}

}  // namespace headgate::aws
