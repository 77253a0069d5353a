// One object that is to be delivered, with what its message says about the try.
#pragma once

#include <cstdint>
#include <functional>

#include "deliver/gate.h"
#include "model/notification.h"
#include "process/settlement.h"

namespace headgate::process {

struct ObjectTask {
  const ObjectCreated& object;
  deliver::Limits limits;
  std::uint32_t tries = 0;  // receives of the message; 0: an event given by hand, which is never given up
  // Called, on any thread, for each of several destinations that has the object. May be null.
  const std::function<void()>* on_good = nullptr;
  Isolation isolation = Isolation::Alone;
};

}  // namespace headgate::process
