#include "aws/dynamo/dynamo_tenant_store.h"

#include <algorithm>
#include <utility>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_value.h"
#include "aws/dynamo/tenant_row.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

std::string words_for(const TenantId& tenant, const DestinationName& type) {
  return "tenant " + tenant.str() + ": " + type.str();
}

Error not_there(const TenantId& tenant, const DestinationName& type) {
  return Error{Fault::NotFound, words_for(tenant, type) + ": the configuration does not exist"};
}

// The token for the end of a page: <bytes of the tenant>:<tenant><type>.
std::string token_of(std::string_view tenant, std::string_view type) {
  return std::to_string(tenant.size()) + ':' + std::string(tenant) + std::string(type);
}

// The key in a token.
Result<std::string> key_of(std::string_view token) {
  const auto tenant_bytes = take_leading_number<std::size_t>(token);
  // Neither part may be empty, since DynamoDB has no such keys.
  if (!tenant_bytes || !token.starts_with(':') || *tenant_bytes == 0 || *tenant_bytes >= token.size() - 1)
    return Error{Fault::Invalid, "page token: not one that list() has returned"};
  token.remove_prefix(1);
  return tenant_key(TenantId(token.substr(0, *tenant_bytes)), DestinationName(token.substr(*tenant_bytes)));
}

// The token for a key in DynamoDB's JSON.
Result<std::string> token_of_key(std::string_view key) {
  const JsonAnswer answer = TRY(JsonAnswer::read(key));
  const DocumentValue item = TRY(read_item(answer.object()));
  return token_of(text_in(item, "tenant_id"), text_in(item, "type"));
}

bool is_row_of(const DocumentValue& item, const TenantConfiguration& configuration) {
  const StoredConfiguration stored = read_tenant_row(item);
  return stored.undecodable.empty() && to_json(stored.configuration) == to_json(configuration);
}

}  // namespace

Result<std::unique_ptr<DynamoTenantStore>> DynamoTenantStore::open(const ServiceClient::Deps& deps,
                                                                   DynamoSettings settings) {
  std::unique_ptr<DynamoTable> table = TRY_IN("tenants", DynamoTable::open(deps, std::move(settings)));
  return std::unique_ptr<DynamoTenantStore>(new DynamoTenantStore(std::move(table)));
}

DynamoTenantStore::DynamoTenantStore(std::unique_ptr<DynamoTable> table) : table_(std::move(table)) {}

Result<std::vector<StoredConfiguration>> DynamoTenantStore::of_tenant(const TenantId& tenant,
                                                                      Deadline deadline) {
  std::vector<StoredConfiguration> all;
  if (tenant.empty()) return all;
  DynamoTable::Read read{.condition = "#tenant_id = :tenant",
                         .values = JsonObject().raw(":tenant", text_attribute(tenant.view())).take()};
  for (;;) {
    DynamoTable::Page page = TRY_IN("tenants", table_->read(read, deadline));
    for (const DocumentValue& item : page.items) all.push_back(read_tenant_row(item));
    if (all.size() > kRowsMax)
      return Error{Fault::Invalid, "tenant " + tenant.str() + ": more than 1000 rows"};
    if (page.next.empty() || page.next == read.from) return all;
    read.from = std::move(page.next);
  }
}

Result<StoredConfiguration> DynamoTenantStore::get(const TenantId& tenant, const DestinationName& type,
                                                   Deadline deadline) {
  if (tenant.empty() || type.empty()) return not_there(tenant, type);
  const std::optional<DocumentValue> item =
      TRY_IN("tenants", table_->get(tenant_key(tenant, type), deadline));
  if (!item) return not_there(tenant, type);
  return read_tenant_row(*item);
}

Result<ConfigurationPage> DynamoTenantStore::list(const std::string& from, std::size_t count_max,
                                                  Deadline deadline) {
  DynamoTable::Read read{.count_max = std::clamp<std::size_t>(count_max, 1, kPageMax)};
  if (!from.empty()) read.from = TRY_IN("tenants", key_of(from));
  const DynamoTable::Page found = TRY_IN("tenants", table_->read(read, deadline));
  ConfigurationPage page;
  for (const DocumentValue& item : found.items) page.rows.push_back(read_tenant_row(item));
  if (!found.next.empty()) page.next = TRY_IN("tenants", token_of_key(found.next));
  return page;
}

Result<std::uint64_t> DynamoTenantStore::put(const TenantConfiguration& configuration, Deadline deadline) {
  const TenantId& tenant = configuration.tenant;
  const DestinationName& type = configuration.type;
  if (tenant.empty() || type.empty())
    return Error{Fault::Invalid, "tenants: tenant_id and type must not be empty"};
  TenantConfiguration next = configuration;
  ++next.version;
  TenantRowUpdate row = tenant_row_update(next);
  const bool is_first = configuration.version == 0;
  if (is_first) {
    row.values.raw(":number", text_attribute("N"));
  } else {
    row.values.raw(":known", number_attribute(static_cast<std::int64_t>(configuration.version)));
  }
  const DynamoTable::Written written =
      TRY_IN("tenants", table_->write({.key = tenant_key(tenant, type),
                                       .update = row.update,
                                       .condition = is_first ? "attribute_not_exists(#version) OR "
                                                               "NOT attribute_type(#version, :number)"
                                                             : "#version = :known",
                                       .values = row.values.take()},
                                      deadline));
  if (written.was_written) return next.version;
  // An earlier try has written it, but its answer was lost.
  if (written.may_be_repeated && written.item && is_row_of(*written.item, next)) return next.version;
  const std::uint64_t version = written.item ? read_tenant_row(*written.item).configuration.version : 0;
  return Error{Fault::Denied, "tenants: " + words_for(tenant, type) + ": is at version " +
                                  std::to_string(version) + ", because somebody else has changed it"};
}

Result<> DynamoTenantStore::remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) {
  if (tenant.empty() || type.empty()) return not_there(tenant, type);
  const DynamoTable::Written written = TRY_IN(
      "tenants", table_->write({.key = tenant_key(tenant, type), .condition = "attribute_exists(#tenant_id)"},
                               deadline));
  const bool is_gone_by_us = written.may_be_repeated && !written.item;
  if (!written.was_written && !is_gone_by_us) return not_there(tenant, type);
  return {};
}

}  // namespace headgate::aws
