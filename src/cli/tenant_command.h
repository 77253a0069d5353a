// headgate tenant list | get | put | enable | disable | delete | validate: who gets which logs, from the
// terminal, straight on the tenant store.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>

#include "assembly/central_store.h"
#include "cli/command.h"
#include "config/config_load.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/tenant_store.h"

namespace headgate::cli {

using OpenTenantStore = std::function<Result<std::shared_ptr<TenantStore>>(const config::Config& config,
                                                                           assembly::Access access)>;

// What the command depends on; all of it outlives the command.
struct TenantDeps {
  const config::Environment& environment;
  Clock& clock;
  Random& random;
  std::istream& input;  // of --file -
  std::ostream& output;
  std::ostream& complaints;
  OpenTenantStore open_store;
};

// Exit status: 0 done; 1 the store failed, a row is not there, or someone else changed it; 2 what was given
// is wrong, and nothing was stored.
Command add_tenant(CLI::App& parent, TenantDeps deps);

}  // namespace headgate::cli
