#include "process/verdict.h"

#include "base/check.h"

namespace headgate::process {

Verdict verdict_on(const Error& error) {
  if (error.blame == Blame::Us) return Verdict::TryLater;  // no tenant waits for a release because of us
  switch (error.fault) {  // no default: a new Fault must not compile until it is decided here
    case Fault::Retry:
    case Fault::Stopped:
      return Verdict::TryLater;
    case Fault::Denied:    // only the tenant can let us in again
    case Fault::NotFound:  // the bucket or the group they named is not there
    case Fault::Invalid:   // it will never do as it is
      return Verdict::Park;
  }
  CHECK(false);
}

// A parked delivery is settled as far as the message goes: the ledger has it.
Verdict worse(Verdict left, Verdict right) {
  return left == Verdict::TryLater || right == Verdict::TryLater ? Verdict::TryLater : Verdict::Done;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Done:
      return "done";
    case Verdict::TryLater:
      return "try-later";
    case Verdict::Park:
      return "park";
  }
  CHECK(false);
}

}  // namespace headgate::process
