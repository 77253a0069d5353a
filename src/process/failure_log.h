// What the log says of deliveries that fail, and of those that workers died of.
// Tests: tests/e2e/aws_deaths_test.py, src/process/processor_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/repeated_log.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "process/outcome.h"

namespace headgate::process {

// Of a destination that refuses or does not answer, once an hour; of a delivery that is parked because
// workers died of it, each time: it waits for somebody.
void say_failed(RepeatedLog& said, SteadyTime now, const DeliveryId& id, Verdict verdict,
                std::string_view reason);

// Objects are parked because their tenant has no configuration, or because its id was another customer's.
void say_unconfigured(const TenantId& tenant, const ObjectKey& key, std::uint64_t times);
void say_of_former_tenant(const TenantId& tenant, const ObjectKey& key, std::uint64_t times);

// A delivery is tried although workers died while they delivered it.
void say_tried_after_deaths(const DeliveryId& id, std::uint32_t deaths);
// Why it is not tried again after kDeathsMax of them.
std::string reason_of_deaths(std::uint32_t deaths);

}  // namespace headgate::process
