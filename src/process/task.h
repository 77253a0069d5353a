// A queue message as it was read: what it names, each part parsed once.
// Tests: src/process/processor_test.cc
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/notification.h"
#include "model/object_key.h"
#include "ports/queue.h"

namespace headgate::process {

struct NamedObject {
  ObjectCreated object;
  Result<KeyFields> fields;  // of its key; the error says why the key cannot be understood
};

struct Task {
  ReceivedMessage message;
  Result<> readable = {};  // the error says why the body cannot be understood
  bool is_test_event = false;
  std::uint32_t other_events = 0;
  std::vector<NamedObject> objects;

  // The tenant of the first object whose key can be understood; empty when there is none.
  TenantId tenant() const;
  // The stored bytes of its objects. Sizes are what the sender says: the sum stops at the largest number.
  std::uint64_t object_bytes() const;
};

// Whether it names objects, and none of them in one of these buckets.
bool names_only_others(const Task& task, const std::set<BucketName>& buckets);

Task read_task(ReceivedMessage message, const KeyTemplate& key_template);

}  // namespace headgate::process
