// The keys under quarantine/ in the central bucket (docs/contributing/formats/quarantine.md). A log object's
// key never has one of these forms: KeyTemplate writes a first segment that would be "quarantine" with its
// first letter percent-encoded, and what others store under quarantine/ is a log object unless its key has
// one of these forms.
// Tests: src/model/object_key_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/names.h"

namespace headgate {

constexpr std::string_view kQuarantineSegment = "quarantine";
constexpr std::string_view kQuarantinePrefix = "quarantine/";
// What was redelivered is moved there; the rest of the key stays.
constexpr std::string_view kRedeliveredPrefix = "quarantine/redelivered/";

enum class QuarantineKind : std::uint8_t { Events, Object, Message };

struct QuarantineKey {
  QuarantineKind kind = QuarantineKind::Events;
  bool is_redelivered = false;
  // Of events:
  TenantId tenant = {};
  DestinationName destination = {};
  std::string reason = {};  // as slug_of() writes it
};

// Empty: the key is not one that quarantine writes.
std::optional<QuarantineKey> parse_quarantine_key(const ObjectKey& key);
inline bool is_quarantine_key(const ObjectKey& key) {
  return parse_quarantine_key(key).has_value();
}

}  // namespace headgate
