#include "aws/dynamo/tenant_row.h"

#include <algorithm>
#include <array>
#include <utility>

#include "aws/dynamo/dynamo_value.h"
#include "base/check.h"

namespace headgate::aws {
namespace {

// All fields except the key.
constexpr std::array<std::string_view, 22> kFields = {"enabled",
                                                      "target_region",
                                                      "desired_logs",
                                                      "groups",
                                                      "account_id",
                                                      "account_id_is_central_account",
                                                      "log_distribution_role_arn",
                                                      "external_id",
                                                      "external_id_is_central_account",
                                                      "log_group_name",
                                                      "log_stream_name",
                                                      "bucket_name",
                                                      "bucket_prefix",
                                                      "bucket_token",
                                                      "sse",
                                                      "kms_key_id",
                                                      "ttl",
                                                      "created_at",
                                                      "updated_at",
                                                      "version",
                                                      "log_retention_days",
                                                      "log_kms_key_arn"};

bool is_field(std::string_view name) {
  return name == "tenant_id" || name == "type" ||
         std::find(kFields.begin(), kFields.end(), name) != kFields.end();
}

// Scripts and consoles write booleans and numbers as texts, or a boolean as 0 or 1. Their meaning is clear,
// and refusing the row would park everything of its tenant.
DocumentValue as_it_is_meant(DocumentValue value) {
  using Kind = DocumentValue::Kind;
  std::string lower = value.text;
  for (char& byte : lower) byte = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
  if (value.name == "enabled" || value.name == "external_id_is_central_account" ||
      value.name == "account_id_is_central_account") {
    const bool is_text = value.kind == Kind::Text && (lower == "true" || lower == "false");
    const bool is_number = value.kind == Kind::Number && (lower == "0" || lower == "1");
    if (!is_text && !is_number) return value;
    value.kind = Kind::Boolean;
    value.text = lower == "true" || lower == "1" ? "true" : "false";
  } else if (value.name == "ttl" || value.name == "log_retention_days") {
    const bool has_digits = !lower.empty() && lower.find_first_not_of("0123456789") == std::string::npos;
    if (value.kind == Kind::Text && has_digits) value.kind = Kind::Number;
  }
  return value;
}

}  // namespace

std::string tenant_key(const TenantId& tenant, const DestinationName& type) {
  return JsonObject()
      .raw("tenant_id", text_attribute(tenant.view()))
      .raw("type", text_attribute(type.view()))
      .take();
}

StoredConfiguration read_tenant_row(const DocumentValue& item) {
  DocumentValue fields{.kind = DocumentValue::Kind::Mapping};
  for (const DocumentValue& member : item.items) {
    if (is_field(member.name)) fields.items.push_back(as_it_is_meant(member));
  }
  ReadConfiguration read = read_tenant_configuration(fields);
  StoredConfiguration stored;
  if (read.problems.empty()) {
    stored.configuration = std::move(read.configuration);
    std::erase(stored.configuration.desired_logs, "");
    return stored;
  }
  stored.undecodable = in_words(read.problems);
  stored.configuration.tenant = TenantId(text_in(item, "tenant_id"));
  stored.configuration.type = DestinationName(text_in(item, "type"));
  stored.configuration.version =
      static_cast<std::uint64_t>(std::max<std::int64_t>(number_in(item, "version"), 0));
  return stored;
}

TenantRowUpdate tenant_row_update(const TenantConfiguration& configuration) {
  const Result<DocumentValue> document = read_document(to_json(configuration));
  CHECK(document.ok());  // we wrote the document ourselves
  std::string set;
  std::string remove;
  JsonObject values;
  for (const std::string_view field : kFields) {
    const std::string name = "#" + std::string(field);
    const DocumentValue* const value = member_of(*document, field);
    if (value == nullptr) {
      remove.append(remove.empty() ? " REMOVE " : ", ").append(name);
      continue;
    }
    const std::string variable = ":" + std::string(field);
    set.append(set.empty() ? "SET " : ", ").append(name).append(" = ").append(variable);
    std::string attribute;
    append_attribute(attribute, *value);
    values.raw(variable, attribute);
  }
  return {.update = set + remove, .values = std::move(values)};
}

}  // namespace headgate::aws
