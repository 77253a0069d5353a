#include "net/trust_store.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "conformance/scratch_folder.h"

namespace headgate::net {
namespace {

using namespace std::chrono_literals;

TEST(TrustStore, ReadsTheFileOnceAndAgainAfterAnHour) {
  const conformance::ScratchFolder folder;
  const std::string file = folder.at("ca.pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=a "
      "-keyout " +
      folder.at("key") + " -out " + file + " 2> /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << "openssl is missing: " << command;
  TrustStore store(file);
  const SteadyTime start{};
  const TrustStore::Certificates first = store.get(start).value();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(store.get(start + 59min).value(), first);
  const TrustStore::Certificates second = store.get(start + 60min).value();
  EXPECT_NE(second, first);
  EXPECT_EQ(store.get(start + 61min).value(), second);

  std::filesystem::remove(file);
  EXPECT_EQ(store.get(start + 3h).value(), second);  // the file may come back
  EXPECT_EQ(TrustStore(file).get(start).error().fault, Fault::Denied);
  std::ofstream(file) << "no certificate";
  EXPECT_EQ(TrustStore(file).get(start).error().fault, Fault::Denied);
}

TEST(TrustStore, WithoutAFileTakesTheMachinesOwn) {
  EXPECT_NE(TrustStore("").get(SteadyTime{}).value(), nullptr);
}

}  // namespace
}  // namespace headgate::net
