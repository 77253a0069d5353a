// Tenant configurations as JSON and YAML. Reading is in tenant_configuration.cc.
// Tests: src/model/tenant_configuration_test.cc
#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "model/tenant_configuration.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

// The fields that are there, in canonical order: text(name, value), list(name, values), and raw(name, value)
// for numbers and booleans.
template <typename Writer>
void write_fields(const TenantConfiguration& configuration, Writer& to) {
  const auto text = [&to](std::string_view name, std::string_view value) {
    if (!value.empty()) to.text(name, value);
  };
  text("tenant_id", configuration.tenant.view());
  text("type", configuration.type.view());
  to.raw("enabled",
         configuration.enabled ? "true" : "false");  // always: nobody should have to know the default
  text("target_region", configuration.target_region);
  if (!configuration.desired_logs.empty()) to.list("desired_logs", configuration.desired_logs);
  if (!configuration.groups.empty()) to.list("groups", configuration.groups);
  text("account_id", configuration.account_id);
  if (configuration.account_id_is_central_account) to.raw("account_id_is_central_account", "true");
  text("log_distribution_role_arn", configuration.log_distribution_role_arn);
  text("external_id", configuration.external_id);
  if (configuration.external_id_is_central_account) to.raw("external_id_is_central_account", "true");
  text("log_group_name", configuration.log_group_name);
  text("log_stream_name", configuration.log_stream_name);
  if (configuration.log_retention_days != 0)
    to.raw("log_retention_days", std::to_string(configuration.log_retention_days));
  text("log_kms_key_arn", configuration.log_kms_key_arn);
  text("bucket_name", configuration.bucket_name);
  text("bucket_prefix", configuration.bucket_prefix);
  text("bucket_token", configuration.bucket_token);
  text("sse", configuration.sse);
  text("kms_key_id", configuration.kms_key_id);
  if (configuration.ttl.has_value()) to.raw("ttl", std::to_string(*configuration.ttl));
  text("created_at", configuration.created_at);
  text("updated_at", configuration.updated_at);
  if (configuration.version != 0) to.raw("version", std::to_string(configuration.version));
}

class JsonWriter {
 public:
  void text(std::string_view name, std::string_view value) {
    start(name);
    append_json_string(json_, value);
  }
  void raw(std::string_view name, std::string_view value) {
    start(name);
    json_ += value;
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    start(name);
    char before = '[';
    for (const std::string& value : values) {
      json_ += before;
      append_json_string(json_, value);
      before = ',';
    }
    json_ += ']';
  }
  std::string take() && { return std::move(json_) + "}"; }

 private:
  void start(std::string_view name) {
    json_ += json_.empty() ? '{' : ',';
    append_json_string(json_, name);
    json_ += ':';
  }
  std::string json_;
};

// Text that no YAML reader takes for anything but itself.
bool is_plain_yaml(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {"null", "true", "false", "yes", "no",
                                                      "on",   "off",  "y",     "n"};
  const auto is_letter = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  };
  const auto is_kept = [&](char byte) {
    constexpr std::string_view kOthers = "0123456789_./-";
    return is_letter(byte) || kOthers.find(byte) != std::string_view::npos;
  };
  if (text.empty() || !is_letter(text[0]) || !std::all_of(text.begin(), text.end(), is_kept)) return false;
  std::string lower(text);
  for (char& byte : lower) byte = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
  return std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

// A double-quoted YAML scalar: a JSON string, with escapes too for what YAML 1.2 (5.1) does not call
// printable and for what some readers take for line breaks.
void append_yaml_text(std::string& to, std::string_view text) {
  if (is_plain_yaml(text)) {
    to += text;
    return;
  }
  std::string quoted;
  append_json_string(quoted, text);
  constexpr char kHex[] = "0123456789abcdef";
  for (std::string_view left = quoted; !left.empty();) {
    const std::string_view character = left.substr(0, first_utf8_piece(left).bytes);
    left.remove_prefix(character.size());
    const unsigned last = static_cast<unsigned char>(character.back());
    if (character == "\x7f" || (character[0] == '\xc2' && last < 0xa0)) {
      to += {'\\', 'u', '0', '0', kHex[last >> 4U], kHex[last & 0xfU]};
    } else if (character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9") {
      to += last == 0xa8 ? "\\u2028" : "\\u2029";
    } else if (character == "\xef\xbb\xbf") {
      to += "\\ufeff";
    } else if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") {
      to += last == 0xbe ? "\\ufffe" : "\\uffff";
    } else {
      to += character;
    }
  }
}

class YamlWriter {
 public:
  void text(std::string_view name, std::string_view value) {
    yaml_.append(name).append(": ");
    append_yaml_text(yaml_, value);
    yaml_ += '\n';
  }
  void raw(std::string_view name, std::string_view value) {
    yaml_.append(name).append(": ").append(value).append("\n");
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    yaml_.append(name).append(":\n");
    for (const std::string& value : values) {
      yaml_ += "  - ";
      append_yaml_text(yaml_, value);
      yaml_ += '\n';
    }
  }
  std::string take() && { return std::move(yaml_); }

 private:
  std::string yaml_;
};

}  // namespace

std::string to_json(const TenantConfiguration& configuration) {
  JsonWriter writer;
  write_fields(configuration, writer);
  return std::move(writer).take();
}

std::string to_yaml(const TenantConfiguration& configuration) {
  YamlWriter writer;
  write_fields(configuration, writer);
  return std::move(writer).take();
}

}  // namespace headgate
