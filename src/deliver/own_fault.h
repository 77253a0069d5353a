// What our own store or ledger refuses is ours to mend: it is tried again, parks nobody, and stands against
// no destination.
#pragma once

#include <string_view>
#include <utility>

#include "base/result.h"

namespace headgate::deliver {

// `where` is put before the error's words. Stopped stays so. What our store asks to wait is no wait for a
// tenant's destination.
inline Error own_fault(Error error, std::string_view where) {
  if (error.fault != Fault::Stopped) error.fault = Fault::Retry;
  error.retry_after = {};
  error.is_ours = true;
  return std::move(error).in(where);
}

}  // namespace headgate::deliver
