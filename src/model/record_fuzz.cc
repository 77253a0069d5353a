// Any bytes as a message: the line is one line of sound JSON that an independent parser reads, its message is
// the original when that is UTF-8, and otherwise message_base64 holds it.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "model/record.h"
#include "model/text/json_escape_blocks.h"

namespace headgate {
namespace {

std::string decoded_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  CHECK(text.size() % 4 == 0);
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t group = 0;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const std::size_t value = text[at + digit] == '=' ? 0 : kAlphabet.find(text[at + digit]);
      CHECK(value < 64);
      group = group << 6U | static_cast<std::uint32_t>(value);
    }
    bytes += {static_cast<char>(group >> 16U), static_cast<char>(group >> 8U & 255U),
              static_cast<char>(group & 255U)};
  }
  if (text.ends_with("==")) {
    bytes.resize(bytes.size() - 2);
  } else if (text.ends_with('=')) {
    bytes.resize(bytes.size() - 1);
  }
  return bytes;
}

template <typename Block>
std::string escaped_by(std::string_view text) {
  std::vector<char> into(escaped_bytes_max(text.size()));
  return {into.data(), escape_json_by<Block>(text, into.data()).end};
}

void check_record(std::string_view message, std::string_view name, unsigned flags) {
  const RecordFrame frame(
      {.namespace_name = name, .application = name, .pod_name = "p", .container_name = "c"});
  const Record record{.at = Timestamp{1'756'553'221'564'974'123},
                      .ingested_at = Timestamp{(flags & 1U) != 0 ? 1'756'553'221'564'974'123 : 0},
                      .message = message,
                      .stream = (flags & 2U) != 0 ? Stream::Stderr : Stream::Stdout,
                      .part = (flags & 4U) != 0 ? flags : 0,
                      .is_last_part = (flags & 8U) != 0,
                      .is_damaged = (flags & 16U) != 0,
                      .is_time_ignored = (flags & 32U) != 0};
  std::vector<char> into(frame.bytes_max(message.size()));
  const std::string line(into.data(), frame.encode(record, into.data()));
  CHECK(line.size() <= into.size());
  CHECK(std::count(line.begin(), line.end(), '\n') == 1 && line.ends_with("\"}\n"));

  simdjson::dom::parser parser;
  simdjson::dom::element read;
  CHECK(parser.parse(line).get(read) == simdjson::SUCCESS);
  const std::string_view text = read["message"].get_string().value();
  std::string sound;
  append_as_utf8(sound, message);
  CHECK(text == sound);
  if (is_utf8(message)) {
    CHECK(text == message);
    CHECK(read["message_base64"].error() == simdjson::NO_SUCH_FIELD);
  } else {
    CHECK(decoded_base64(read["message_base64"].get_string().value()) == message);
  }
  CHECK((read["part"].error() == simdjson::SUCCESS) == (record.part != 0));
  CHECK((read["parse_error"].error() == simdjson::SUCCESS) == record.is_damaged);
  CHECK((read["message_time_ignored"].error() == simdjson::SUCCESS) == record.is_time_ignored);
}

}  // namespace
}  // namespace headgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view message = input.substr(2);
  const std::size_t name_bytes = std::min<std::size_t>(data[1] % 8, message.size());
  headgate::check_record(message, message.substr(0, name_bytes), data[0]);
  CHECK(headgate::escaped_by<headgate::SwarBlock>(message) ==
        headgate::escaped_by<headgate::TextBlock>(message));
  return 0;
}
