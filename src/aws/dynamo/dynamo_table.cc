#include "aws/dynamo/dynamo_table.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_value.h"

namespace headgate::aws {
namespace {

constexpr std::string_view kConditionFailed = "ConditionalCheckFailedException";

// {"#state":"state",...} for each #name in the expressions.
std::string names_in(std::initializer_list<std::string_view> expressions) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_0123456789";
  std::set<std::string_view> names;
  for (std::string_view left : expressions) {
    for (std::size_t at = left.find('#'); at != std::string_view::npos; at = left.find('#')) {
      left.remove_prefix(at);
      const std::size_t end = std::min(left.find_first_not_of(kLetters, 1), left.size());
      names.insert(left.substr(0, end));
      left.remove_prefix(end);
    }
  }
  JsonObject json;
  for (const std::string_view name : names) json.text(name, name.substr(1));
  return json.take();
}

Error error_of_dynamo(const ServiceRequest& request, const Answer& answer) {
  Error error = error_of(request, answer);
  if (answer.code == "ResourceNotFoundException") error.fault = Fault::Denied;
  // Somebody else is writing the same item.
  if (answer.code == "TransactionConflictException" || answer.code == "ReplicatedWriteConflictException")
    error.fault = Fault::Retry;
  return error;
}

Result<std::optional<DocumentValue>> item_in(std::string_view body, std::string_view member) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  const auto item = object_of(answer.object(), member);
  if (!item || item->size() == 0) return std::optional<DocumentValue>();
  return std::optional(TRY(read_item(*item)));
}

Result<DynamoTable::Page> page_in(std::string_view body) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  DynamoTable::Page page;
  const auto items = array_of(answer.object(), "Items");
  if (!items) return Error{Fault::Retry, "the answer contains no Items"};
  for (const simdjson::dom::element element : *items) {
    simdjson::dom::object item;
    if (element.get(item) != simdjson::SUCCESS)
      return Error{Fault::Retry, "the answer contains something that is not an item"};
    page.items.push_back(TRY(read_item(item)));
  }
  if (const auto last = object_of(answer.object(), "LastEvaluatedKey"); last && last->size() > 0)
    page.next = simdjson::minify(*last);
  return page;
}

}  // namespace

Result<std::unique_ptr<DynamoTable>> DynamoTable::open(const ServiceClient::Deps& deps,
                                                       DynamoSettings settings) {
  if (settings.table.empty()) return Error{Fault::Invalid, "table: the name is empty"};
  Endpoint endpoint =
      TRY_IN("table " + settings.table, endpoint_of(Service::DynamoDb, settings.region, settings.endpoints));
  return std::unique_ptr<DynamoTable>(new DynamoTable(deps, std::move(endpoint), std::move(settings)));
}

DynamoTable::DynamoTable(const ServiceClient::Deps& deps, Endpoint endpoint, DynamoSettings settings)
    : clock_(deps.clock),
      settings_(std::move(settings)),
      client_(deps, std::move(endpoint), settings_.client) {}

Result<Answer> DynamoTable::call(std::string_view operation, std::string_view body, Deadline deadline) {
  const ServiceRequest request = json_request(kDynamoProtocol, operation, body);
  Answer answer =
      TRY_IN(settings_.table,
             client_.call(request, sooner(deadline, Deadline::after(clock_.steady(), settings_.call_max))));
  if (!answer.is_success() && answer.code != kConditionFailed)
    return error_of_dynamo(request, answer).in(settings_.table);
  return answer;
}

Result<DynamoTable::Written> DynamoTable::write(const Write& write, Deadline deadline) {
  const bool is_update = !write.update.empty();
  JsonObject body;
  body.text("TableName", settings_.table).raw("Key", write.key);
  if (is_update) body.text("UpdateExpression", write.update);
  body.text("ConditionExpression", write.condition)
      .raw("ExpressionAttributeNames", names_in({write.update, write.condition}))
      .text("ReturnValues", is_update ? "ALL_NEW" : "NONE")
      .text("ReturnValuesOnConditionCheckFailure", "ALL_OLD");
  if (!write.values.empty()) body.raw("ExpressionAttributeValues", write.values);
  const Answer answer = TRY(call(is_update ? "UpdateItem" : "DeleteItem", body.take(), deadline));
  Written written{.was_written = answer.is_success(), .may_be_repeated = answer.may_be_repeated, .item = {}};
  written.item = TRY_IN(settings_.table, item_in(answer.body, written.was_written ? "Attributes" : "Item"));
  return written;
}

Result<std::optional<DocumentValue>> DynamoTable::get(std::string_view key, Deadline deadline) {
  const std::string body =
      JsonObject().text("TableName", settings_.table).raw("Key", key).flag("ConsistentRead", true).take();
  const Answer answer = TRY(call("GetItem", body, deadline));
  return TRY_IN(settings_.table, item_in(answer.body, "Item"));
}

Result<DynamoTable::Page> DynamoTable::read(const Read& read, Deadline deadline) {
  JsonObject body;
  body.text("TableName", settings_.table);
  if (read.index.empty()) {
    body.flag("ConsistentRead", true);
  } else {
    body.text("IndexName", read.index);
  }
  if (!read.condition.empty())
    body.text("KeyConditionExpression", read.condition)
        .raw("ExpressionAttributeNames", names_in({read.condition}))
        .raw("ExpressionAttributeValues", read.values);
  if (read.count_max > 0) body.number("Limit", static_cast<std::int64_t>(read.count_max));
  if (!read.from.empty()) body.raw("ExclusiveStartKey", read.from);
  const Answer answer = TRY(call(read.condition.empty() ? "Scan" : "Query", body.take(), deadline));
  return TRY_IN(settings_.table, page_in(answer.body));
}

}  // namespace headgate::aws
