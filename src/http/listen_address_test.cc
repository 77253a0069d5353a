#include "http/listen_address.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

TEST(ListenAddress, ReadsWhatItWrites) {
  for (const char* text : {"127.0.0.1:9600", "0.0.0.0:0", "[::1]:65535", "[::]:80", "10.1.2.3:1"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->str(), text);
  }
  EXPECT_EQ(parse_listen_address("localhost:9600")->str(), "127.0.0.1:9600");
}

TEST(ListenAddress, RefusesWhatIsNoAddressAndPort) {
  for (const char* text :
       {"", "9600", ":9600", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
        "127.0.0.1: 1", "127.0.0.1:1x", "::1:9600", "[::1]", "[]:1", "[1.2.3.4]:1", "example.com:80",
        "256.0.0.1:1", "[::g]:1", "[localhost]:1", "[::1:9600"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().fault, Fault::Invalid);
    EXPECT_TRUE(address.error().what.find(text) != std::string::npos) << address.error().what;
  }
}

}  // namespace
}  // namespace headgate::http
