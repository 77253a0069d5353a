#include "loggen/rotation.h"

#include <gtest/gtest.h>

namespace headgate::loggen {
namespace {

using Names = std::vector<std::string>;

TEST(Rotation, NamesTheRotatedFileByItsTime) {
  EXPECT_EQ(rotated_name("0.log", {1'756'553'221'564'974'123}), "0.log.20250830-112701");
}

TEST(Rotation, PrunesAndCompressesAsKubeletDoes) {
  struct Case {
    std::string_view what;
    Names names;
    std::size_t files;
    Names removed;
    Names compressed;
  };
  const std::vector<Case> cases = {
      {"nothing rotated before", {"0.log"}, 5, {}, {}},
      {"the one rotated last is compressed now",
       {"0.log", "0.log.20250830-112701"},
       5,
       {},
       {"0.log.20250830-112701"}},
      {"compressed ones stay", {"0.log", "0.log.20250830-112701.gz"}, 5, {}, {}},
      {"the oldest go when there is no room",
       {"0.log", "0.log.20250830-112705", "0.log.20250830-112701.gz", "0.log.20250830-112703.gz",
        "0.log.20250830-112704.gz"},
       5,
       {"0.log.20250830-112701.gz"},
       {"0.log.20250830-112705"}},
      {"two files: the log and the one to be rotated",
       {"0.log", "0.log.20250830-112701"},
       2,
       {"0.log.20250830-112701"},
       {}},
      {"half-done work of an earlier crash",
       {"0.log", "0.log.20250830-112701", "0.log.20250830-112701.gz", "0.log.20250830-112703.tmp"},
       5,
       {"0.log.20250830-112701", "0.log.20250830-112703.tmp"},
       {}},
      {"other logs are not ours",
       {"0.log", "1.log", "1.log.20250830-112701", "10.log.20250830-112701"},
       2,
       {},
       {}}};
  for (const Case& tried : cases) {
    const RotationPlan plan = plan_rotation("0.log", tried.names, tried.files);
    EXPECT_EQ(plan.removed, tried.removed) << tried.what;
    EXPECT_EQ(plan.compressed, tried.compressed) << tried.what;
  }
}

}  // namespace
}  // namespace headgate::loggen
