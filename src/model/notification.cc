#include "model/notification.h"

#include <simdjson.h>

#include <algorithm>

#include "model/object_key.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

namespace dom = simdjson::dom;

enum class Envelope { MayBe, IsOff };

std::string text_or_empty(const simdjson::simdjson_result<dom::element>& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::uint64_t size_or_zero(const simdjson::simdjson_result<dom::element>& value) {
  std::uint64_t number = 0;
  return value.get_uint64().get(number) == simdjson::SUCCESS ? std::min(number, kObjectBytesMax) : 0;
}

Timestamp time_or_epoch(const simdjson::simdjson_result<dom::element>& value) {
  return parse_rfc3339(text_or_empty(value)).value_or(Timestamp{});
}

Error invalid(std::string_view where, std::string_view what) {
  return Error{Fault::Invalid, std::string(where) + ": " + std::string(what)};
}

Result<> read_bucket(const simdjson::simdjson_result<dom::element>& bucket, ObjectCreated& created) {
  created.bucket = BucketName(text_or_empty(bucket["name"]));
  if (created.bucket.empty()) return invalid("bucket.name", "missing");
  return {};
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
Result<ObjectCreated> read_s3(const dom::element& record) {
  ObjectCreated created;
  const auto object = record["s3"]["object"];
  TRY_IN("s3", read_bucket(record["s3"]["bucket"], created));
  created.key = TRY_IN("s3.object.key", url_decode_event_key(text_or_empty(object["key"])));
  if (created.key.empty()) return invalid("s3.object.key", "missing");
  created.bytes = size_or_zero(object["size"]);
  created.etag = text_or_empty(object["eTag"]);
  created.sequencer = text_or_empty(object["sequencer"]);
  created.at = time_or_epoch(record["eventTime"]);
  return created;
}

Result<Notification> read_body(std::string_view body, Envelope envelope);

void add_to(Notification& all, Notification one) {
  for (ObjectCreated& object : one.objects) all.objects.push_back(std::move(object));
  all.other_events += one.other_events;
  all.is_test_event = all.is_test_event || one.is_test_event;
}

Result<Notification> read_records(const dom::array& records, Envelope envelope) {
  if (records.size() > kNotificationRecordsMax) {
    return invalid("Records", "over " + std::to_string(kNotificationRecordsMax));
  }
  Notification notification;
  std::size_t index = 0;
  for (const dom::element record : records) {
    const std::string where = "Records[" + std::to_string(index++) + "]";
    if (!record.is_object()) return invalid(where, "no object");
    // As SNS hands it to a Lambda function: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    std::string_view message;
    const bool is_of_sns = envelope == Envelope::MayBe &&
                           record["Sns"]["Message"].get_string().get(message) == simdjson::SUCCESS;
    if (is_of_sns) {
      add_to(notification, TRY_IN(where + ".Sns.Message", read_body(message, Envelope::IsOff)));
      if (notification.objects.size() > kNotificationRecordsMax) {
        return invalid("Records", "over " + std::to_string(kNotificationRecordsMax) + " in all");
      }
      continue;
    }
    std::string name = text_or_empty(record["eventName"]);
    if (name.starts_with("s3:")) name.erase(0, 3);  // MinIO writes it so
    // Without a name it is one of the hand-made events that the predecessor took.
    if (!name.empty() && !name.starts_with("ObjectCreated:")) {
      ++notification.other_events;
      continue;
    }
    notification.objects.push_back(TRY_IN(where, read_s3(record)));
  }
  return notification;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. The key is not encoded here.
Result<Notification> read_eventbridge(const dom::element& event) {
  Notification notification;
  if (text_or_empty(event["detail-type"]) != "Object Created") {
    notification.other_events = 1;
    return notification;
  }
  ObjectCreated created;
  const auto object = event["detail"]["object"];
  TRY_IN("detail", read_bucket(event["detail"]["bucket"], created));
  created.key = ObjectKey(text_or_empty(object["key"]));
  if (created.key.empty()) return invalid("detail.object.key", "missing");
  created.bytes = size_or_zero(object["size"]);
  created.etag = text_or_empty(object["etag"]);
  created.sequencer = text_or_empty(object["sequencer"]);
  created.at = time_or_epoch(event["time"]);
  notification.objects.push_back(std::move(created));
  return notification;
}

Result<Notification> read_body(std::string_view body, Envelope envelope) {
  dom::parser parser;  // its own for each level: an envelope's texts live in the parser that read it
  dom::element event;
  if (const simdjson::error_code error = parser.parse(body.data(), body.size()).get(event);
      error != simdjson::SUCCESS) {
    return Error{Fault::Invalid, std::string("not JSON: ") + simdjson::error_message(error)};
  }
  if (!event.is_object()) return Error{Fault::Invalid, "no JSON object"};
  if (dom::array records; event["Records"].get_array().get(records) == simdjson::SUCCESS) {
    return read_records(records, envelope);
  }
  if (text_or_empty(event["Event"]) == "s3:TestEvent") {
    Notification notification;
    notification.is_test_event = true;
    return notification;
  }
  if (text_or_empty(event["source"]) == "aws.s3") return read_eventbridge(event);
  if (envelope == Envelope::IsOff) return Error{Fault::Invalid, "no event of S3"};
  std::string_view message;
  if (event["Message"].get_string().get(message) != simdjson::SUCCESS) {
    return Error{Fault::Invalid, "neither an event of S3 nor an SNS envelope with a Message"};
  }
  return TRY_IN("Message", read_body(message, Envelope::IsOff));
}

}  // namespace

Result<Notification> parse_notification(std::string_view body) {
  if (body.size() > kNotificationBytesMax) {
    return Error{Fault::Invalid, "longer than " + std::to_string(kNotificationBytesMax) + " bytes"};
  }
  return read_body(body, Envelope::MayBe);
}

std::string sns_envelope(const ObjectCreated& created, std::string_view message_id) {
  const std::string time = to_rfc3339(created.at);
  std::string event;
  const auto add = [](std::string& to, std::string_view before, std::string_view text) {
    to += before;
    append_json_string(to, text);
  };
  add(event, R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":)", time);
  event += R"(,"eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"headgate")";
  add(event, R"(,"bucket":{"name":)", created.bucket.view());
  add(event, R"(,"arn":)", "arn:aws:s3:::" + created.bucket.str());
  add(event, R"(},"object":{"key":)", url_encode_event_key(created.key));
  event += R"(,"size":)" + std::to_string(created.bytes);
  add(event, R"(,"eTag":)", created.etag);
  add(event, R"(,"sequencer":)", created.sequencer);
  event += "}}}]}";

  std::string envelope;
  add(envelope, R"({"Type":"Notification","MessageId":)", message_id);
  add(envelope, R"(,"Subject":"Amazon S3 Notification","Message":)", event);
  add(envelope, R"(,"Timestamp":)", time);
  envelope += '}';
  return envelope;
}

}  // namespace headgate
