// A small YAML or JSON document that people write, as a tree that remembers lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate {

struct DocumentValue {
  // Boolean and Number are those of JSON, unquoted; all other scalars are Text, so YAML's `yes`, `0x1f`,
  // `012` and `1_000` are. Null: `null`, `~` or nothing.
  enum class Kind : std::uint8_t { Null, Boolean, Number, Text, Sequence, Mapping };
  Kind kind = Kind::Null;
  std::string text = {};  // of a scalar: as written, without quotes and escapes
  int line = 0;           // 1-based; of a value that YAML leaves out: perhaps the line behind
  std::vector<DocumentValue> items =
      {};                 // of a sequence or mapping, in order; equal names stay beside each other
  std::string name = {};  // of an item of a mapping: its key
  int name_line = 0;
};

constexpr std::size_t kDocumentBytesMax = 1U << 20U;
constexpr int kDocumentDepthMax = 16;
constexpr std::size_t kDocumentValuesMax = 100'000;

// Text that begins with { or [ and is JSON is read as JSON (surrogate escapes, tabs); all other text as YAML.
// Fault::Invalid, with the line: neither, not UTF-8, control bytes, over the limits above, more than one
// document, keys that are no scalars, and what YAML has that can hurt: anchors, aliases, tags.
Result<DocumentValue> read_document(std::string_view text);

}  // namespace headgate
