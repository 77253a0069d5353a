#include "local/system_random.h"

#include "conformance/random.h"

namespace headgate::conformance {
namespace {

struct SystemRandomFixture {
  Random& random() { return random_; }
  local::SystemRandom random_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(SystemRandom, RandomConformance, SystemRandomFixture);

}  // namespace
}  // namespace headgate::conformance
