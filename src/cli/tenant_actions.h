// What `headgate tenant` does, once the command line and the configuration are read.
// Tests: src/cli/tenant_command_test.cc
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/tenant_output.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/tenant_store.h"
#include "tenants/groups.h"
#include "tenants/validate.h"

namespace headgate::cli {

// One thread. Each action gives the process's exit status (tenant_command.h).
class TenantActions {
 public:
  struct Deps {
    TenantStore& store;
    Clock& clock;
    Random& random;
    std::ostream& output;
    std::ostream& complaints;
    tenants::Rules rules;
    tenants::Groups groups = {};
  };
  explicit TenantActions(Deps deps) : deps_(std::move(deps)) {}

  int list(TenantFormat format);
  // Of one type, or of all when `type` is empty.
  int get(const TenantId& tenant, const DestinationName& type, TenantFormat format);
  // Says of each row whether it is new or unchanged, whether anything is delivered by it (disabled, expired),
  // and which of its names cannot match. Stores all rows of the document or, when any is wrong, none. One
  // that is stored already as it is given is not written again. A row that is there is replaced, but for its
  // external id when none is given and its created_at. A row's `version`, when given, must be the stored one.
  // An external id that another tenant has is refused, here and by enable(): all rows are read for that. Two
  // terminals at the same moment can still get past it; validate_stored() finds that.
  int put(const std::string& document, const std::string& name);
  // Only a row that is valid is enabled; any can be disabled.
  int enable(const TenantId& tenant, const DestinationName& type);
  int disable(const TenantId& tenant, const DestinationName& type);
  // With a tenant's last row goes its claim to the id: what is stored by then is never a later customer's
  // (former_tenant.h).
  int remove(const TenantId& tenant, const DestinationName& type);
  int validate_document(const std::string& document, const std::string& name);
  // What is stored, of one tenant or of all when empty.
  int validate_stored(const TenantId& tenant);

 private:
  Deadline soon() const;  // by when the store must have answered a call
  int fail(const Error& error);
  int complain(const std::vector<std::string>& problems);
  Result<std::vector<StoredConfiguration>> all_rows();
  Result<std::vector<StoredConfiguration>> rows_of(const TenantId& tenant, const DestinationName& type);
  int show(const std::vector<StoredConfiguration>& rows, TenantFormat format);
  Result<> complete(TenantConfiguration& row);
  Result<std::string> external_id_of_role(const TenantConfiguration& row);
  // As it is used (tenants/completion.h). NotFound when there is none.
  Result<StoredConfiguration> completed_row(const TenantId& tenant, const DestinationName& type);
  tenants::Rules rules_of_documents() const;
  Result<> say_that_it_left(const TenantId& tenant);
  bool is_unchanged(const TenantConfiguration& row) const;
  // ", disabled: ..." and the like; empty when logs are delivered by it.
  std::string why_nothing_is_delivered(const TenantConfiguration& row) const;
  void warn_of_names(const TenantConfiguration& row);
  // Gives the row, or an error when it is not there or cannot be read.
  Result<TenantConfiguration> readable_row(const TenantId& tenant, const DestinationName& type);
  int store_changed(TenantConfiguration row, std::string_view done);
  Result<std::vector<std::string>> problems_with_others(const std::vector<TenantConfiguration>& rows);
  int store_all(const std::vector<TenantConfiguration>& rows);

  Deps deps_;
  std::map<std::pair<TenantId, DestinationName>, TenantConfiguration> stored_;  // those that put() replaces
  std::map<std::pair<TenantId, std::string>, std::string> external_ids_;        // by role; of this document
};

}  // namespace headgate::cli
