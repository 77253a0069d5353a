#include "model/text/format_title.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(FormatTitle, SaysTheVersionAndTellsANewerFormatFromDamage) {
  const struct {
    const char* title;
    std::uint32_t version;  // 0: none
    Fault fault;
  } rows[] = {
      {"headgate-batch 1", 1, Fault::Retry},
      {"headgate-batch 2", 2, Fault::Retry},
      {"headgate-batch 3", 0, Fault::Denied},
      {"headgate-batch 999999999", 0, Fault::Denied},
      {"headgate-batch 9999999999", 0, Fault::Invalid},
      {"headgate-batch 0", 0, Fault::Invalid},
      {"headgate-batch 01", 0, Fault::Invalid},
      {"headgate-batch -1", 0, Fault::Invalid},
      {"headgate-batch 1 ", 0, Fault::Invalid},
      {"headgate-batch 1x", 0, Fault::Invalid},
      {"headgate-batch ", 0, Fault::Invalid},
      {"headgate-batch", 0, Fault::Invalid},
      {"headgate-batches 1", 0, Fault::Invalid},
      {"", 0, Fault::Invalid},
  };
  for (const auto& row : rows) {
    const Result<std::uint32_t> version = version_in_title(row.title, "headgate-batch", 2);
    ASSERT_EQ(version.ok(), row.version != 0) << row.title;
    if (version.ok()) {
      EXPECT_EQ(*version, row.version) << row.title;
    } else {
      EXPECT_EQ(version.error().fault, row.fault) << row.title;
    }
  }
  EXPECT_NE(version_in_title("a 7", "a", 1).error().what.find("newer headgate"), std::string::npos);
}

}  // namespace
}  // namespace headgate
