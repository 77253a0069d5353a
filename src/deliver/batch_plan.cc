#include "deliver/batch_plan.h"

#include <fmt/format.h>

#include "model/compression/checksum.h"

namespace headgate::deliver {
namespace {

// To be raised with every change of our own code that cuts an object into other batches: how records are
// read, split into events, given times and streams (kStreamBytes too), or batched.
constexpr std::uint64_t kCodeVersion = 3;

}  // namespace

BatchPlan batch_plan(const Delivery& delivery, const LogLimits& limits) {
  const TenantConfiguration& to = delivery.configuration;
  const KeyFields& from = delivery.fields;  // the key's template is ours to change, too
  std::string text;
  for (const std::uint64_t number :
       {kCodeVersion, std::uint64_t{limits.bytes_max}, std::uint64_t{limits.events_max},
        std::uint64_t{limits.message_bytes_max}, static_cast<std::uint64_t>(limits.span_ms_max),
        std::uint64_t{limits.buffer_bytes_max}, static_cast<std::uint64_t>(delivery.object_at.seconds())}) {
    text += fmt::format("{};", number);
  }
  for (const std::string_view part :
       {std::string_view(to.account_id), std::string_view(to.target_region),
        std::string_view(to.log_group_name), std::string_view(to.log_stream_name), from.cluster.view(),
        from.namespace_name.view(), from.application.view(), from.pod.view(), from.node.view(),
        std::string_view(delivery.id.etag)}) {
    text += fmt::format("{}:{}", part.size(), part);
  }
  return BatchPlan(fmt::format("{:016x}", fnv1a_64(text)));
}

}  // namespace headgate::deliver
