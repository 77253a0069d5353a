#include "model/time/json_time.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "model/time/civil_text.h"
#include "model/time/unix_time.h"

namespace headgate {
namespace {

constexpr std::size_t kDepthMax = 512;
constexpr int kNoRank = 7;  // one after the last

// Whether the bytes at `at`, of which there are enough, are `literal`. Its length is known, so this is
// inline.
template <std::size_t size>
bool spells(const char* at, const char (&literal)[size]) {
  return std::memcmp(at, literal, size - 1) == 0;
}

// The place of a key in the order of preference, kNoRank for any other key.
int rank_of(std::string_view key) {
  const char* const at = key.data();
  switch (key.size()) {
    case 2:
      return spells(at, "ts") ? 0 : kNoRank;
    case 4:
      return spells(at, "time") ? 1 : kNoRank;
    case 14:
      return spells(at, "stageTimestamp") ? 2 : kNoRank;
    case 24:
      return spells(at, "requestReceivedTimestamp") ? 3 : kNoRank;
    case 9:
      return spells(at, "timestamp") ? 4 : kNoRank;
    case 10:
      return spells(at, "@timestamp") ? 5 : kNoRank;
    case 7:
      return spells(at, "asctime") ? 6 : kNoRank;
    default:
      return kNoRank;
  }
}

constexpr std::uint64_t every_byte(char byte) {
  return 0x0101'0101'0101'0101U * static_cast<unsigned char>(byte);
}

// The top bit of each byte of `word` that is `byte`; a higher byte may be marked wrongly, the lowest never
// is.
std::uint64_t marks(std::uint64_t word, std::uint64_t byte) {
  const std::uint64_t difference = word ^ byte;
  return (difference - every_byte(1)) & ~difference & every_byte('\x80');
}

std::size_t lowest(std::uint64_t marked) {
  return static_cast<std::size_t>(std::countr_zero(marked)) / 8;
}

// The next `"` at or after `at`, or nullptr. Most strings in a log line are short, so a few words are looked
// at here before memchr, which is faster but costs a call, takes over.
const char* find_quote(const char* at, const char* end) {
  constexpr int kWords = 4;
  for (int word = 0; word < kWords && end - at >= 8; ++word, at += 8) {
    const std::uint64_t marked = marks(civil_text::eight_bytes(at), every_byte('"'));
    if (marked != 0) return at + lowest(marked);
  }
  if (at == end) return nullptr;
  return static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
}

// The quote that closes the string whose first byte is at `at`, or nullptr. A quote is escaped when an odd
// number of backslashes stands before it; runs of them are never counted twice, so this is linear.
const char* closing_quote(const char* at, const char* end) {
  const char* const first = at;
  while (const char* quote = find_quote(at, end)) {
    const char* run = quote;
    while (run > first && run[-1] == '\\') --run;
    if ((quote - run) % 2 == 0) return quote;
    at = quote + 1;
  }
  return nullptr;
}

const char* skip_blanks(const char* at, const char* end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  return at;
}

// The next of `"{}[]` at or after `at`, or `end`.
const char* find_structure(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const std::uint64_t word = civil_text::eight_bytes(at);
    const std::uint64_t braces = word | every_byte('\x20');  // [ and ] become { and }
    const std::uint64_t marked =
        marks(word, every_byte('"')) | marks(braces, every_byte('{')) | marks(braces, every_byte('}'));
    if (marked != 0) return at + lowest(marked);
  }
  while (at < end && *at != '"' && *at != '{' && *at != '}' && *at != '[' && *at != ']') ++at;
  return at;
}

// One bit for each open bracket, so that `{]` is seen as damage.
class Brackets {
 public:
  bool open(bool is_object) {
    if (depth_ == kDepthMax) return false;
    std::uint64_t& word = is_object_[depth_ / 64];
    const unsigned place = depth_ % 64;
    if (place == 0) word = 0;
    word = (word & ~(std::uint64_t{1} << place)) | (std::uint64_t{is_object} << place);
    ++depth_;
    return true;
  }
  // `depth_` is at least 1.
  bool close(bool is_object) {
    --depth_;
    return ((is_object_[depth_ / 64] >> (depth_ % 64)) & 1U) == (is_object ? 1U : 0U);
  }
  bool empty() const { return depth_ == 0; }

 private:
  std::size_t depth_ = 0;
  std::array<std::uint64_t, kDepthMax / 64> is_object_;  // set as depth_ gets there: clearing all would cost
};

// After the object or array that opens at `at`, or nullptr when it does not close properly.
const char* skip_nested(const char* at, const char* end) {
  Brackets brackets;
  while ((at = find_structure(at, end)) < end) {
    const char byte = *at++;
    if (byte == '"') {
      const char* quote = closing_quote(at, end);
      if (quote == nullptr) return nullptr;
      at = quote + 1;
    } else if (byte == '{' || byte == '[') {
      if (!brackets.open(byte == '{')) return nullptr;
    } else {
      if (!brackets.close(byte == '}')) return nullptr;
      if (brackets.empty()) return at;
    }
  }
  return nullptr;
}

bool is_number_byte(char byte) {
  return civil_text::is_digit(byte) || byte == '.' || byte == '-' || byte == '+' || byte == 'e' ||
         byte == 'E';
}

// After the number, true, false or null at `at`, or nullptr when it is none of these or the text ends with it
// (a number cut short must not pass for a whole one).
const char* skip_scalar(const char* at, const char* end) {
  if (civil_text::is_digit(*at) || *at == '-') {
    while (at < end && is_number_byte(*at)) ++at;
  } else if (end - at > 4 && (spells(at, "true") || spells(at, "null"))) {
    at += 4;
  } else if (end - at > 5 && spells(at, "false")) {
    at += 5;
  } else {
    return nullptr;
  }
  if (at == end) return nullptr;
  return *at == ',' || *at == '}' || skip_blanks(at, end) > at ? at : nullptr;
}

int hexadecimal(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = static_cast<char>(byte | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Times need no escapes, yet some encoders write + as \u002B (.NET) and / as \/ (PHP).
constexpr std::size_t kEscapedBytesMax = 128;

std::optional<Timestamp> time_of_unix(std::string_view number, BelievedTime& believed) {
  const std::optional<Timestamp> at = parse_unix_time(number);
  return at ? believed.judge(*at, BelievedTime::Offset::Known) : std::nullopt;
}

std::optional<Timestamp> time_of_text(std::string_view text, BelievedTime& believed) {
  using Offset = BelievedTime::Offset;
  const std::optional<ParsedTime> iso = parse_iso_prefix(text);
  if (!iso) return time_of_unix(text, believed);
  if (iso->length != text.size()) return std::nullopt;
  return believed.judge(iso->at, iso->has_zone ? Offset::Known : Offset::Missing);
}

// The time in a string with escapes; none when it is too long for one or has an escape of anything else.
[[gnu::noinline]] std::optional<Timestamp> time_of_escaped_text(std::string_view raw,
                                                                BelievedTime& believed) {
  std::array<char, kEscapedBytesMax> room{};
  if (raw.size() > room.size()) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    char byte = raw[at];
    if (byte == '\\') {
      if (at + 1 < raw.size() && raw[at + 1] == '/') {
        byte = '/';
        at += 1;
      } else if (at + 5 < raw.size() && raw.substr(at + 1, 3) == "u00") {
        const int high = hexadecimal(raw[at + 4]);
        const int low = hexadecimal(raw[at + 5]);
        if (high < 0 || high > 7 || low < 0) return std::nullopt;
        byte = static_cast<char>(high * 16 + low);
        at += 5;
      } else {
        return std::nullopt;
      }
    }
    room[length++] = byte;
  }
  return time_of_text({room.data(), length}, believed);
}

// The believed time in the string or number from `first` to before `end`.
std::optional<Timestamp> time_of_value(const char* first, const char* end, BelievedTime& believed) {
  const std::string_view raw(first, static_cast<std::size_t>(end - first));
  if (raw[0] != '"') return time_of_unix(raw, believed);
  const std::string_view text = raw.substr(1, raw.size() - 2);
  return text.find('\\') == std::string_view::npos ? time_of_text(text, believed)
                                                   : time_of_escaped_text(text, believed);
}

// After the value that begins at `at`, or nullptr where it is damaged.
const char* skip_value(const char* at, const char* end) {
  if (*at == '"') {
    const char* const quote = closing_quote(at + 1, end);
    return quote == nullptr ? nullptr : quote + 1;
  }
  return *at == '{' || *at == '[' ? skip_nested(at, end) : skip_scalar(at, end);
}

}  // namespace

std::optional<Timestamp> json_time(std::string_view object, BelievedTime& believed) {
  std::optional<Timestamp> best;
  int best_rank = kNoRank;
  const char* const end = object.data() + object.size();
  const char* at = object.data() + 1;
  while (best_rank > 0) {
    at = skip_blanks(at, end);
    if (at == end || *at != '"') break;
    const char* const key = at + 1;
    const char* const key_end = closing_quote(key, end);
    if (key_end == nullptr) break;
    at = skip_blanks(key_end + 1, end);
    if (at == end || *at != ':') break;
    const char* const value = skip_blanks(at + 1, end);
    if (value == end) break;
    at = skip_value(value, end);
    if (at == nullptr) break;
    const int rank = rank_of({key, static_cast<std::size_t>(key_end - key)});
    if (rank < best_rank && *value != '{' && *value != '[') {
      if (const std::optional<Timestamp> found = time_of_value(value, at, believed)) {
        best = found;
        best_rank = rank;
      }
    }
    at = skip_blanks(at, end);
    if (at == end || *at != ',') break;
    ++at;
  }
  return best;
}

}  // namespace headgate
