// Any text as a label selector: it is refused with a reason, or judges labels the same however often it is
// read.
#include "base/check.h"
#include "kube/label_selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  using namespace headgate::kube;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Result<LabelSelector> selector = LabelSelector::parse(input);
  if (!selector.ok()) {
    CHECK(selector.error().fault == Fault::Invalid && !selector.error().what.empty());
    return 0;
  }
  const LabelMap labels[] = {{}, {{"a", "b"}}, {{"a", "1"}, {"c", ""}}};
  const LabelSelector again = LabelSelector::parse(selector->text()).value();
  for (const LabelMap& map : labels) {
    CHECK(selector->matches(map) == again.matches(map));
    if (selector->selects_everything()) CHECK(selector->matches(map));
  }
  return 0;
}
