#include "model/tenant_configuration.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/number.h"
#include "model/text/document.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

using Kind = DocumentValue::Kind;

constexpr std::size_t kProblemsMax = 100;  // of one configuration: more are a mistake of another kind
constexpr std::size_t kShownBytesMax = 100;

struct TextField {
  std::string_view name;
  std::string TenantConfiguration::*member;
};
// In the order of the struct, but for those that are no text.
constexpr TextField kTextFields[] = {
    {"target_region", &TenantConfiguration::target_region},
    {"account_id", &TenantConfiguration::account_id},
    {"log_distribution_role_arn", &TenantConfiguration::log_distribution_role_arn},
    {"external_id", &TenantConfiguration::external_id},
    {"log_group_name", &TenantConfiguration::log_group_name},
    {"log_stream_name", &TenantConfiguration::log_stream_name},
    {"log_kms_key_arn", &TenantConfiguration::log_kms_key_arn},
    {"bucket_name", &TenantConfiguration::bucket_name},
    {"bucket_prefix", &TenantConfiguration::bucket_prefix},
    {"bucket_token", &TenantConfiguration::bucket_token},
    {"sse", &TenantConfiguration::sse},
    {"kms_key_id", &TenantConfiguration::kms_key_id},
    {"created_at", &TenantConfiguration::created_at},
    {"updated_at", &TenantConfiguration::updated_at},
};

bool is_scalar(const DocumentValue& value) {
  return value.kind == Kind::Text || value.kind == Kind::Number || value.kind == Kind::Boolean;
}

template <typename Number>
bool read_number(const DocumentValue& value, Number& number) {
  if (value.kind != Kind::Number) return false;
  const std::optional<Number> read = parse_number<Number>(value.text);
  if (read) number = *read;
  return read.has_value();
}

class ConfigurationReader {
 public:
  explicit ConfigurationReader(const DocumentValue& mapping) : mapping_(mapping) {}

  ReadConfiguration read() {
    std::vector<std::string_view> seen;
    for (const DocumentValue& member : mapping_.items) {
      const bool is_again = std::find(seen.begin(), seen.end(), member.name) != seen.end();
      if (is_again) {
        add_problem(member.name, "given twice", member.name_line);
      } else if (!read_field(member)) {
        add_problem(member.name, "unknown field", member.name_line);
      } else {
        seen.push_back(member.name);  // known names only: there are few
      }
    }
    return std::move(read_);
  }

 private:
  void add_problem(std::string_view field, std::string_view what, int line) {
    if (read_.problems.size() < kProblemsMax) {
      read_.problems.push_back({.field = std::string(field), .what = std::string(what), .line = line});
    }
  }

  bool read_text(const DocumentValue& member, std::string& text) {
    if (is_scalar(member)) {
      text = member.text;
    } else {
      add_problem(member.name, "must be a text", member.name_line);
    }
    return true;
  }

  void read_flag(const DocumentValue& member, bool& flag) {
    flag = member.kind == Kind::Boolean && member.text == "true";
    if (member.kind != Kind::Boolean) add_problem(member.name, "must be true or false", member.name_line);
  }

  // False when there is no such field. Null is absent.
  bool read_field(const DocumentValue& member) {
    const bool is_null = member.kind == Kind::Null;
    TenantConfiguration& configuration = read_.configuration;
    for (const TextField& field : kTextFields) {
      if (member.name == field.name) return is_null || read_text(member, configuration.*field.member);
    }
    if (member.name == "tenant_id" || member.name == "type") {
      std::string text;
      if (is_null || !read_text(member, text)) return true;
      if (member.name == "type") {
        configuration.type = DestinationName(std::move(text));
      } else {
        configuration.tenant = TenantId(std::move(text));
      }
      return true;
    }
    if (member.name == "enabled") {
      if (!is_null) read_flag(member, configuration.enabled);
      return true;
    }
    if (member.name == "external_id_is_central_account") {
      if (!is_null) read_flag(member, configuration.external_id_is_central_account);
      return true;
    }
    if (member.name == "account_id_is_central_account") {
      if (!is_null) read_flag(member, configuration.account_id_is_central_account);
      return true;
    }
    if (member.name == "desired_logs" || member.name == "groups") {
      if (!is_null)
        read_texts(member, member.name == "groups" ? configuration.groups : configuration.desired_logs);
      return true;
    }
    if (member.name == "ttl") {
      std::int64_t ttl = 0;
      if (is_null) return true;
      if (read_number(member, ttl)) {
        configuration.ttl = ttl;
      } else {
        add_problem(member.name, "must be a whole number of Unix seconds", member.name_line);
      }
      return true;
    }
    if (member.name == "log_retention_days") {
      if (!is_null && !read_number(member, configuration.log_retention_days)) {
        add_problem(member.name, "must be a whole number of days, 0 or more", member.name_line);
      }
      return true;
    }
    if (member.name == "version") {
      if (!is_null && !read_number(member, configuration.version)) {
        add_problem(member.name, "must be a whole number, 0 or more", member.name_line);
      }
      return true;
    }
    return false;
  }

  void read_texts(const DocumentValue& member, std::vector<std::string>& texts) {
    if (member.kind != Kind::Sequence) {
      return add_problem(member.name, "must be a list of texts", member.name_line);
    }
    for (const DocumentValue& item : member.items) {
      if (is_scalar(item)) {
        texts.push_back(item.text);
      } else {
        add_problem(member.name + "[" + std::to_string(&item - member.items.data()) + "]", "must be a text",
                    item.line);
      }
    }
  }

  const DocumentValue& mapping_;
  ReadConfiguration read_;
};

}  // namespace

std::optional<DestinationKind> kind_of(const DestinationName& type) {
  const std::string_view before = type.view().substr(0, type.view().find('#'));
  if (before == "cloudwatch") return DestinationKind::CloudWatch;
  if (before == "s3") return DestinationKind::S3;
  return std::nullopt;
}

std::string in_words(const std::vector<FieldProblem>& problems) {
  std::string words;
  for (const FieldProblem& problem : problems) {
    if (!words.empty()) words += ", ";
    if (problem.line > 0) words += "line " + std::to_string(problem.line) + ": ";
    // A field's name is the writer's own: anything may stand in it.
    std::string name;
    append_json_string(name, std::string_view(problem.field).substr(0, kShownBytesMax));
    words += name.size() == problem.field.size() + 2 ? problem.field : name;
    words += ": " + problem.what;
  }
  return words;
}

ReadConfiguration read_tenant_configuration(const DocumentValue& mapping) {
  return ConfigurationReader(mapping).read();
}

Result<std::vector<ReadConfiguration>> read_tenant_configurations(std::string_view document) {
  const DocumentValue root = TRY(read_document(document));
  std::vector<ReadConfiguration> configurations;
  const auto add = [&configurations](const DocumentValue& value) -> Result<> {
    if (value.kind != Kind::Mapping) {
      return Error{Fault::Invalid, "line " + std::to_string(value.line) + ": must be a mapping of fields"};
    }
    configurations.push_back(ConfigurationReader(value).read());
    return {};
  };
  if (root.kind != Kind::Sequence) {
    TRY(add(root));
    return configurations;
  }
  for (const DocumentValue& item : root.items) TRY(add(item));
  return configurations;
}

}  // namespace headgate
