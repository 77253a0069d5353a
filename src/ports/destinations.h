// Opens a tenant's side of a destination: assumed roles and clients on AWS, folders in local mode.
#pragma once

#include <memory>

#include "base/deadline.h"
#include "base/result.h"
#include "model/tenant_configuration.h"
#include "ports/log_sink.h"
#include "ports/object_store.h"

namespace headgate {

// Any thread. What it gives is shared by workers that deliver to the same destination (a cached connection
// and its credentials), hence shared_ptr. Denied when the tenant's role refuses us.
class Destinations {
 public:
  virtual ~Destinations() = default;
  virtual Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                                    Deadline deadline) = 0;
  virtual Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                                      Deadline deadline) = 0;
};

}  // namespace headgate
