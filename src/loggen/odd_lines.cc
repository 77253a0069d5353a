#include "loggen/odd_lines.h"

#include <array>

namespace headgate::loggen {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 18> kOdd = {
    ""sv, "  \t  "sv,
    // Latin-1, bytes that are never UTF-8, an overlong slash, a surrogate in UTF-8, a cut character
    "seq=<seq> caf\xe9 \xff\xfe \xc0\xaf \xed\xa0\x80 \xe2\x82"sv,
    "seq=<seq> Gr\xc3\xb6\xc3\x9f"
    "e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x9a\x80 \xe2\x80\xa8"sv,
    "seq=<seq> 10%\r55%\r100% done"sv, "<iso_milli> written on Windows seq=<seq>\r"sv,
    "seq=<seq> before\0after\0"sv, "\x1b[31mERROR\x1b[0m seq=<seq> \x07\x08\x7f\x01"sv,
    R"({"ts":<unix_micro>,"msg":"lone \ud800 and \udc00 and \ud83d","seq":<seq>})"sv,
    R"({"time":"<iso_nano>","msg":"cut off","seq":<seq>,"user":{"name":"ann)"sv,
    R"({"ts":"yesterday","time":"<iso_nano>","msg":"the first time cannot be read","seq":<seq>})"sv,
    R"({"ts":1e400,"time":-1,"msg":"no time at all","seq":<seq>})"sv,
    R"({"seq":<seq>,"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]})"sv,
    R"({"ts":<unix_micro>,"ts":<unix_milli>,"msg":"a key twice","message":"\u0000\u2028\"\\","seq":<seq>})"sv,
    "<iso_nano> stdout F looks like the runtime's own line seq=<seq>"sv, "<iso_nano> stdout P seq=<seq>"sv,
    "I1399 25:61:61.000000 no such time seq=<seq>"sv,
    "time=\"never\" level=info msg=\"no such time\" seq=<seq>"sv};

}  // namespace

std::span<const std::string_view> odd_patterns() {
  return kOdd;
}

}  // namespace headgate::loggen
