#include "process/failure_log.h"

#include "base/log.h"
#include "process/settlement.h"

namespace headgate::process {

void say_failed(RepeatedLog& said, SteadyTime now, const DeliveryId& id, Verdict verdict,
                std::string_view reason) {
  const bool is_parked = verdict == Verdict::Park;
  if (is_parked && reason.starts_with(kWorkersDied)) {
    log::error(
        "a delivery is parked because several workers in a row died while they delivered it: look at its "
        "object and at the workers' memory limit; it is tried again only after `headgate undelivered "
        "redeliver "
        "--kind=parked`",
        {{"tenant", id.tenant.view()},
         {"destination", id.destination.view()},
         {"key", id.key.view()},
         {"what", reason}});
    return;
  }
  const auto times =
      said.happened((is_parked ? "parked " : "failed ") + id.tenant.str() + ' ' + id.destination.str(), now);
  if (!times) return;
  log::warn(
      is_parked
          ? "deliveries are parked: they are released by themselves once the destination takes them, or "
            "at once by `headgate undelivered redeliver --kind=parked`"
          : "deliveries fail and will be tried again",
      {{"tenant", id.tenant.view()},
       {"destination", id.destination.view()},
       {"key", id.key.view()},
       {"what", reason},
       {"times", *times}});
}

void say_tried_after_deaths(const DeliveryId& id, std::uint32_t deaths) {
  log::warn("a worker died while it delivered this: it is tried alone",
            {{"tenant", id.tenant.view()},
             {"destination", id.destination.view()},
             {"key", id.key.view()},
             {"deaths", deaths}});
}

std::string reason_of_deaths(std::uint32_t deaths) {
  return std::string(kWorkersDied) + ", " + std::to_string(deaths) + " in a row";
}

}  // namespace headgate::process
