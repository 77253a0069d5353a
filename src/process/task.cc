#include "process/task.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace headgate::process {

TenantId Task::tenant() const {
  for (const NamedObject& named : objects) {
    if (named.fields.ok()) return named.fields->tenant;
  }
  return {};
}

std::uint64_t Task::object_bytes() const {
  std::uint64_t sum = 0;
  for (const NamedObject& named : objects) {
    if (__builtin_add_overflow(sum, named.object.bytes, &sum))
      return std::numeric_limits<std::uint64_t>::max();
  }
  return sum;
}

bool names_only_others(const Task& task, const std::set<BucketName>& buckets) {
  return !task.objects.empty() &&
         std::none_of(task.objects.begin(), task.objects.end(),
                      [&](const NamedObject& named) { return buckets.contains(named.object.bucket); });
}

Task read_task(ReceivedMessage message, const KeyTemplate& key_template) {
  Task task{.message = std::move(message)};
  Result<Notification> notification = parse_notification(task.message.body);
  if (!notification.ok()) {
    task.readable = std::move(notification).error();
    return task;
  }
  task.is_test_event = notification->is_test_event;
  task.other_events = notification->other_events;
  task.objects.reserve(notification->objects.size());
  for (ObjectCreated& object : notification->objects) {
    Result<KeyFields> fields = key_template.parse_key(object.key);
    task.objects.push_back({.object = std::move(object), .fields = std::move(fields)});
  }
  return task;
}

}  // namespace headgate::process
