// Any bytes as a queue message: what is read from it can be sent again as an envelope and reads back equal.
#include "base/check.h"
#include "model/notification.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const Result<Notification> read = parse_notification({reinterpret_cast<const char*>(data), size});
  if (!read.ok()) {
    CHECK(read.error().fault == Fault::Invalid && !read.error().what.empty());
    return 0;
  }
  for (const ObjectCreated& created : read->objects) {
    CHECK(!created.bucket.empty() && !created.key.empty());
    const Notification again = parse_notification(sns_envelope(created, "id")).value();
    CHECK(again.objects.size() == 1 && again.objects[0] == created);
  }
  return 0;
}
