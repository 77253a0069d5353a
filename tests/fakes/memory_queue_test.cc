// The fake keeps what the real ones keep.
#include "fakes/memory_queue.h"

#include "conformance/dead_letters.h"
#include "conformance/manual_clock.h"
#include "conformance/queue.h"

namespace headgate::conformance {
namespace {

struct MemoryQueueFixture {
  static constexpr std::uint32_t kReceivesMax = 3;
  static constexpr bool kReportsVoidReceipts = true;
  static constexpr bool kExpiredReceiptRemoves = true;
  static constexpr bool kDepthIsExact = true;
  Queue& queue() { return queue_; }
  DeadLetters& letters() { return queue_; }
  void pass(std::chrono::seconds time) { clock_.pass(time); }

  ManualClock clock_;
  fakes::MemoryQueue queue_{clock_, kReceivesMax};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueConformance, MemoryQueueFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DeadLettersConformance, MemoryQueueFixture);

}  // namespace
}  // namespace headgate::conformance
