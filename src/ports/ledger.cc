#include "ports/ledger.h"

namespace headgate {

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::Pending:
      return "pending";
    case DeliveryState::Delivered:
      return "delivered";
    case DeliveryState::Filtered:
      return "filtered";
    case DeliveryState::Parked:
      return "parked";
    case DeliveryState::Lost:
      return "lost";
  }
  CHECK(false);
}

}  // namespace headgate
