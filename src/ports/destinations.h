// Opens a tenant's destinations: with assumed roles and clients on AWS, in folders in local mode.
// Tests: tests/conformance/destinations.h
#pragma once

#include <memory>

#include "base/deadline.h"
#include "base/result.h"
#include "model/tenant_configuration.h"
#include "ports/log_sink.h"
#include "ports/object_store.h"

namespace headgate {

// Thread-safe. Workers that deliver to the same destination share what it returns (a cached connection with
// its credentials), hence shared_ptr. Fault::Denied if the tenant's role refuses us.
class Destinations {
 public:
  virtual ~Destinations() = default;
  virtual Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                                    Deadline deadline) = 0;
  virtual Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                                      Deadline deadline) = 0;
};

}  // namespace headgate
