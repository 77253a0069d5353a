#include "tenants/aws_names.h"

#include <algorithm>
#include <array>

namespace headgate::tenants {

namespace {

bool is_lower(char character) {
  return character >= 'a' && character <= 'z';
}
bool is_digit(char character) {
  return character >= '0' && character <= '9';
}
bool is_alphanumeric(char character) {
  return is_lower(character) || is_digit(character) || (character >= 'A' && character <= 'Z');
}

// Whether the text contains only letters, digits and the characters of `others`.
bool holds_only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char character) {
    return is_alphanumeric(character) || others.find(character) != std::string_view::npos;
  });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

constexpr std::array<std::string_view, 8> kPartitions = {"aws",     "aws-cn",    "aws-us-gov", "aws-eusc",
                                                         "aws-iso", "aws-iso-b", "aws-iso-e",  "aws-iso-f"};

// Takes the part of `text` before `separator`, and the separator, off `text`. None if there is no separator.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

bool looks_like_ipv4(std::string_view text) {
  int parts = 0;
  while (const auto part = take_until(text, '.')) {
    if (!is_digits(*part) || part->size() > 3) return false;
    ++parts;
  }
  return parts == 3 && is_digits(text) && text.size() <= 3;
}

}  // namespace

std::optional<RoleArn> parse_role_arn(std::string_view arn) {
  constexpr std::size_t kArnBytesMax = 2048;
  constexpr std::size_t kPathBytesMax = 512;
  constexpr std::size_t kRoleNameBytesMax = 64;
  if (arn.size() > kArnBytesMax) return std::nullopt;
  std::string_view rest = arn;
  if (take_until(rest, ':') != "arn") return std::nullopt;
  const auto partition = take_until(rest, ':');
  if (!partition || std::find(kPartitions.begin(), kPartitions.end(), *partition) == kPartitions.end())
    return std::nullopt;
  if (take_until(rest, ':') != "iam" || take_until(rest, ':') != "") return std::nullopt;
  const auto account = take_until(rest, ':');
  if (!account || !is_account_id(*account) || take_until(rest, '/') != "role") return std::nullopt;

  const std::size_t slash = rest.rfind('/');
  const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(0, slash + 1);
  const std::string_view name = rest.substr(path.size());
  const bool path_is_sound = path.size() < kPathBytesMax && !path.starts_with('/') &&
                             std::all_of(path.begin(), path.end(),
                                         [](char character) { return character >= '!' && character <= '~'; });
  if (!path_is_sound || name.empty() || name.size() > kRoleNameBytesMax || !holds_only(name, "_+=,.@-"))
    return std::nullopt;
  return RoleArn{.partition = *partition, .account = *account};
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 && is_digits(text);
}

bool is_region(std::string_view text) {
  constexpr std::size_t kRegionBytesMax = 32;
  if (text.size() > kRegionBytesMax) return false;
  const auto is_word = [](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_lower);
  };
  const auto area = take_until(text, '-');
  if (!area || area->size() < 2 || area->size() > 4 || !is_word(*area)) return false;
  int words = 0;
  while (const auto word = take_until(text, '-')) {
    if (!is_word(*word)) return false;
    ++words;
  }
  return words > 0 && is_digits(text) && text.size() <= 2;
}

std::string_view partition_of(std::string_view region) {
  struct Row {
    std::string_view prefix;
    std::string_view partition;
  };
  // From botocore's partitions.json; all other regions are in the commercial partition.
  constexpr Row kRows[] = {{"cn-", "aws-cn"},         {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"},
                           {"us-iso-", "aws-iso"},    {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"},
                           {"us-isof-", "aws-iso-f"}, {"eu-isof-", "aws-iso-f"}};
  for (const Row& row : kRows) {
    if (region.starts_with(row.prefix)) return row.partition;
  }
  return "aws";
}

Complaint complaint_about_external_id(std::string_view text) {
  if (text.size() < 2 || text.size() > 1224) return "must have 2 to 1224 characters";
  if (!holds_only(text, "_+=,.@:/-")) return "may hold only letters, digits and _+=,.@:/-";
  return std::nullopt;
}

Complaint complaint_about_log_group(std::string_view text) {
  if (text.size() > 512) return "must not exceed 512 characters";
  if (!holds_only(text, "_-/.#")) return "may hold only letters, digits and _-/.#";
  if (text.starts_with("aws/")) return "must not start with aws/";
  return std::nullopt;
}

Complaint complaint_about_bucket(std::string_view text) {
  if (text.size() < 3 || text.size() > 63) return "must have 3 to 63 characters";
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; }))
    return "may hold only lower-case letters, digits, dots and hyphens";
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back()))
    return "must begin and end with a letter or digit";
  if (text.find("..") != std::string_view::npos) return "must not hold two dots in a row";
  if (looks_like_ipv4(text)) return "must not look like an IP address";
  for (const std::string_view prefix : {"xn--", "sthree-", "amzn-s3-demo-"}) {
    if (text.starts_with(prefix)) return "must not start with " + std::string(prefix);
  }
  for (const std::string_view suffix : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}) {
    if (text.ends_with(suffix)) return "must not end with " + std::string(suffix);
  }
  return std::nullopt;
}

std::optional<KmsKeyArn> parse_kms_key_arn(std::string_view arn) {
  std::array<std::string_view, 6> parts;  // arn, partition, kms, region, account, key/id
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::size_t end = part + 1 < parts.size() ? arn.find(':') : arn.size();
    if (end == std::string_view::npos) return std::nullopt;
    parts[part] = arn.substr(0, end);
    arn.remove_prefix(std::min(end + 1, arn.size()));
  }
  constexpr std::string_view kKey = "key/";
  constexpr std::string_view kIdCharacters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
  const std::string_view resource = parts[5];
  const bool is_key = resource.starts_with(kKey) && resource.size() > kKey.size() &&
                      resource.find_first_not_of(kIdCharacters, kKey.size()) == std::string_view::npos;
  if (parts[0] != "arn" || parts[2] != "kms" || !is_region(parts[3]) || !is_account_id(parts[4]) || !is_key)
    return std::nullopt;
  return KmsKeyArn{.partition = parts[1], .region = parts[3], .account = parts[4]};
}

}  // namespace headgate::tenants
