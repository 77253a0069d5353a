#include "process/failure_log.h"

#include "base/log.h"
#include "process/settlement.h"

namespace headgate::process {

void say_failed(RepeatedLog& said, SteadyTime now, const DeliveryId& id, Verdict verdict,
                std::string_view reason) {
  const bool is_parked = verdict == Verdict::Park;
  if (is_parked && reason.starts_with(kWorkersDied)) {
    log::error("delivery_parked_after_crashes",
               "A delivery is parked, because several workers in a row died while they delivered it. Check "
               "its object and the workers' memory limit. It is tried again only after `headgate undelivered "
               "redeliver --kind=parked`.",
               {{"tenant", id.tenant.view()},
                {"destination", id.destination.view()},
                {"key", id.key.view()},
                {"reason", reason}});
    return;
  }
  const auto times =
      said.happened((is_parked ? "parked " : "failed ") + id.tenant.str() + ' ' + id.destination.str(), now);
  if (!times) return;
  if (is_parked) {
    log::warn("delivery_parked",
              "Deliveries to a destination are parked. They are released once it accepts them again, or at "
              "once by `headgate undelivered redeliver --kind=parked`.",
              {{"tenant", id.tenant.view()},
               {"destination", id.destination.view()},
               {"key", id.key.view()},
               {"reason", reason},
               {"times", *times}});
  } else {
    log::warn("delivery_failed", "Deliveries to a destination fail. They are tried again.",
              {{"tenant", id.tenant.view()},
               {"destination", id.destination.view()},
               {"key", id.key.view()},
               {"reason", reason},
               {"times", *times}});
  }
}

void say_unconfigured(const TenantId& tenant, const ObjectKey& key, std::uint64_t times) {
  log::warn(
      "tenant_not_configured",
      "Objects are parked, because their tenant has no configuration. They are released once it has one "
      "(`headgate tenant put`).",
      {{"tenant", tenant.view()}, {"key", key.view()}, {"times", times}});
}

void say_of_former_tenant(const TenantId& tenant, const ObjectKey& key, std::uint64_t times) {
  log::warn("tenant_id_reused",
            "Objects are parked and delivered to nobody, because they were stored when their tenant's id "
            "belonged to another customer.",
            {{"tenant", tenant.view()}, {"key", key.view()}, {"times", times}});
}

void say_tried_after_deaths(const DeliveryId& id, std::uint32_t deaths) {
  log::warn("delivery_isolated",
            "A worker died while it delivered this object. The object is tried again, alone.",
            {{"tenant", id.tenant.view()},
             {"destination", id.destination.view()},
             {"key", id.key.view()},
             {"deaths", deaths}});
}

std::string reason_of_deaths(std::uint32_t deaths) {
  return std::string(kWorkersDied) + ", " + std::to_string(deaths) + " in a row";
}

}  // namespace headgate::process
