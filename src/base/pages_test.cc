#include "base/pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace headgate {
namespace {

bool is_mapped(void* at) {
  unsigned char resident = 0;
  return ::mincore(at, 1, &resident) == 0 || errno != ENOMEM;
}

TEST(Pages, AreWholeAndZeroedAndAtLeastWhatWasAskedFor) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const std::size_t bytes : {std::size_t{1}, page, page + 1, 5 * page}) {
    Pages pages(bytes);
    EXPECT_GE(pages.size(), bytes);
    EXPECT_LT(pages.size(), bytes + page);
    EXPECT_TRUE(std::all_of(pages.data(), pages.data() + pages.size(), [](char byte) { return byte == 0; }));
    std::fill_n(pages.data(), pages.size(), 'x');
  }
}

TEST(Pages, GoWithTheirOwner) {
  char* at = nullptr;
  {
    Pages first(1);
    at = first.data();
    Pages second(std::move(first));
    EXPECT_EQ(second.data(), at);
    Pages third;
    EXPECT_EQ(third.size(), 0U);
    third = std::move(second);
    EXPECT_EQ(third.data(), at);
    EXPECT_TRUE(is_mapped(at));
    third = Pages();
    EXPECT_FALSE(is_mapped(at)) << "given back at once";
  }
}

}  // namespace
}  // namespace headgate
