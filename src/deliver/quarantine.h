// Where what cannot be delivered goes, with the reason: <bucket>/quarantine/… in the central store. Nothing
// is dropped in silence. docs/contributing/formats/quarantine.md; keys: model/quarantine_key.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"
#include "model/quarantine_key.h"
#include "ports/ledger.h"
#include "ports/log_sink.h"
#include "ports/object_store.h"

namespace headgate::deliver {

// User metadata of what is in quarantine: the reason, and the key that it came from, if any; both as
// metadata_text() has them. Earlier versions wrote the reason as slug_of() has it.
constexpr const char* kReasonMetadata = "headgate-reason";
constexpr const char* kSourceMetadata = "headgate-source";

// A reason as a key segment and a metric label: lower case words with dashes.
std::string slug_of(std::string_view reason);

// Any thread. Keys are made of what is put, so that putting it again makes no second object. The store is our
// own: every error is marked by blame_us().
class Quarantine {
 public:
  Quarantine(ObjectStore& store, Metrics& metrics);

  // Of a delivery, by its number, and the log stream that it was put into.
  struct Batch {
    const DeliveryId& delivery;
    std::uint64_t batch = 0;
    const LogStream& stream;
  };
  // Events of one batch that the service did not keep: one JSON object a line, `timestamp` in ms, `message`
  // and `stream`, the log stream. Not counted here: the batch may have to be put again.
  Result<> put_events(const Batch& batch, std::string_view reason, std::span<const LogEvent> events,
                      Deadline deadline);
  // An object whose bytes are damaged: where it is, and what is wrong. The object itself stays where it is.
  Result<> put_object_detail(const BucketName& bucket, const ObjectKey& key, std::string_view reason,
                             Deadline deadline);
  // A queue message that cannot be understood, or names what it may not.
  Result<> put_message(std::string_view message_id, std::string_view body, std::string_view reason,
                       Deadline deadline);

 private:
  struct Reason {
    std::string_view reason;
    std::string_view source;  // the key it came from; empty: none
  };
  Result<> put(const ObjectKey& key, std::string_view text, const Reason& why, Deadline deadline);

  ObjectStore& store_;
  Counter& objects_;
  Counter& messages_;
};

}  // namespace headgate::deliver
