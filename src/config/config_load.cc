#include "config/config_load.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "config/batch_policies.h"
#include "config/config_file.h"
#include "config/nearest.h"
#include "model/compression/compressed_writer.h"

extern "C" char** environ;

namespace headgate::config {

namespace {

constexpr std::string_view kPrefix = "HEADGATE_";
constexpr const char* kFileVariable = "HEADGATE_CONFIG";

// Kubernetes gives every pod variables for every Service of its namespace; a Service called headgate-api
// makes HEADGATE_API_SERVICE_HOST, HEADGATE_API_PORT_80_TCP and more. No setting of ours may be named so.
// https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
bool is_kubernetes_service_variable(std::string_view name) {
  return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
         name.ends_with("_PORT") || name.find("_PORT_") != std::string_view::npos;
}

class Loader {
 public:
  Loader(const ConfigArguments& arguments, const Environment& environment, Settings table)
      : arguments_(arguments), environment_(environment), table_(table) {
    loaded_.effective.resize(table_.size());
    for (std::size_t index = 0; index < table_.size(); ++index)
      loaded_.effective[index].setting = &table_[index];
    is_set_.resize(table_.size());
    is_wrong_.resize(table_.size());
  }

  // From the weakest to the strongest, so that the last one stays.
  LoadedConfig load() {
    take_file();
    take_environment();
    take_flags();
    take_defaults();
    if (loaded_.problems.empty()) {
      for (const EffectiveSetting& one : loaded_.effective) one.setting->assign(loaded_.config, one.value);
      check_together();
    }
    return std::move(loaded_);
  }

 private:
  void problem(const std::string& where, std::string_view key, const std::string& what) {
    loaded_.problems.push_back(where + ": " + (key.empty() ? "" : std::string(key) + ": ") + what);
  }

  void take(const Setting& setting, const RawValue& raw, Origin origin) {
    Result<SettingValue> value = parse_setting(setting, raw);
    const auto index = static_cast<std::size_t>(&setting - table_.data());
    is_set_[index] = true;
    if (!value.ok()) {
      is_wrong_[index] = true;
      return problem(origin.where, setting.about.key, value.error().what);
    }
    loaded_.effective[index].value = std::move(value).value();
    loaded_.effective[index].origin = std::move(origin);
  }

  void take_file() {
    std::string path = arguments_.file;
    if (const auto variable = environment_.find(kFileVariable);
        path.empty() && variable != environment_.end())
      path = variable->second;
    if (path.empty()) return;
    const Result<std::string> text = read_config_bytes(path);
    if (!text.ok()) return loaded_.problems.push_back(text.error().what);
    const ConfigFile file = read_config_text(*text, table_);
    for (const FileComplaint& complaint : file.complaints)
      problem(place(path, complaint.line), "", complaint.what);
    for (const FileValue& value : file.values)
      take(*value.setting, value.raw, {.kind = OriginKind::File, .where = place(path, value.line)});
  }

  static std::string place(const std::string& path, int line) {
    return line > 0 ? path + ":" + std::to_string(line) : path;
  }

  void take_environment() {
    std::vector<std::string> names{kFileVariable};
    for (const Setting& setting : table_) {
      names.push_back(setting.environment_name());
      const auto found = environment_.find(names.back());
      if (found == environment_.end()) continue;
      take(setting, found->second, {.kind = OriginKind::Variable, .where = found->first});
    }
    for (auto at = environment_.lower_bound(std::string(kPrefix));
         at != environment_.end() && at->first.starts_with(kPrefix); ++at) {
      const std::string& name = at->first;
      if (std::find(names.begin(), names.end(), name) != names.end() || is_kubernetes_service_variable(name))
        continue;
      const std::string suggestion = nearest(name, names);
      loaded_.warnings.push_back(name + ": unknown variable, not used" +
                                 (suggestion.empty() ? "" : "; did you mean " + suggestion + "?"));
    }
  }

  void take_flags() {
    for (const Setting& setting : table_) {
      const auto found = arguments_.flags.find(std::string(setting.about.key));
      if (found == arguments_.flags.end()) continue;
      take(setting, found->second, {.kind = OriginKind::Flag, .where = setting.flag()});
    }
  }

  // After all others, since defaults may name other settings; in the table's order, since those come before.
  void take_defaults() {
    for (std::size_t index = 0; index < table_.size(); ++index) {
      if (is_set_[index]) continue;
      const std::optional<std::string> text = filled_in(table_[index]);
      if (text)
        take(table_[index], *text, {.kind = OriginKind::Default, .where = origin_of_default(table_[index])});
    }
  }

  // The default with ${key} replaced by that setting's value; nothing when that one is wrong, which is said
  // already.
  std::optional<std::string> filled_in(const Setting& setting) const {
    std::string_view rest = setting.about.standard;
    std::string text;
    for (std::size_t open = rest.find("${"); open != std::string_view::npos; open = rest.find("${")) {
      const std::size_t close = rest.find('}', open);
      CHECK(close != std::string_view::npos);
      const std::string_view key = rest.substr(open + 2, close - open - 2);
      const auto named = std::find_if(table_.begin(), table_.end(),
                                      [&](const Setting& other) { return other.about.key == key; });
      const auto index = static_cast<std::size_t>(named - table_.begin());
      CHECK(named != table_.end() && is_set_[index]);
      if (is_wrong_[index]) return std::nullopt;
      text += rest.substr(0, open);
      text += loaded_.effective[index].value.text;
      rest.remove_prefix(close + 1);
    }
    return text.append(rest);
  }

  static std::string origin_of_default(const Setting& setting) {
    const std::string_view standard = setting.about.standard;
    const std::size_t open = standard.find("${");
    if (open == std::string_view::npos) return "default";
    return "default, from " + std::string(standard.substr(open + 2, standard.find('}') - open - 2));
  }

  // What no setting can tell alone.
  void check_together() {
    const Config& config = loaded_.config;
    const Config::Collect& collect = config.collect;
    const bool is_gzip = collect.codec == Codec::Gzip;
    if (is_gzip ? collect.level > GzipPieces::kLevelMax : collect.level < 1)
      disagree("collect.level", is_gzip ? "gzip has levels 0 to 9" : "zstd has levels 1 to 19");
    if (collect.record_bytes_max > collect.batch.bytes_max)
      disagree("collect.record_bytes_max", "is more than collect.batch.bytes_max");
    if (collect.batch.bytes_max > collect.spool.bytes_max)
      disagree("collect.batch.bytes_max", "is more than collect.spool.bytes_max");
    check_overrides(collect);
    if (config.process.retry_first > config.process.retry_longest)
      disagree("process.retry_first", "is more than process.retry_longest");
    if (!config.store.kms_key.empty() && config.store.encryption != Encryption::Kms)
      disagree("store.kms_key",
               "is set, and store.encryption is not kms: nothing would be encrypted with it");
    // Who means AWS and forgets store.kind would work on this machine without a word.
    if (config.store.kind == StoreKind::Directory && !config.aws.queue_url.empty())
      loaded_.warnings.emplace_back(
          "aws.queue_url is set, and store.kind is directory: nothing in AWS is used; store.kind s3 is AWS");
  }

  void check_overrides(const Config::Collect& collect) {
    const auto policies = parse_batch_policies(collect.overrides, {.bytes_max = collect.batch.bytes_max});
    if (!policies.ok()) return;  // said already
    for (const auto& [name, policy] : *policies) {
      if (policy.bytes_max < collect.record_bytes_max)
        disagree("collect.overrides", name.str() + ": bytes_max is less than collect.record_bytes_max");
      if (policy.bytes_max > collect.spool.bytes_max)
        disagree("collect.overrides", name.str() + ": bytes_max is more than collect.spool.bytes_max");
    }
  }

  void disagree(std::string_view key, const std::string& what) {
    for (const EffectiveSetting& one : loaded_.effective) {
      if (one.setting->about.key == key) problem(one.origin.where, key, what);
    }
  }

  const ConfigArguments& arguments_;
  const Environment& environment_;
  const Settings table_;
  LoadedConfig loaded_;
  std::vector<bool> is_set_;  // by the table's order
  std::vector<bool> is_wrong_;
};

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

LoadedConfig load_config(const ConfigArguments& arguments, const Environment& environment, Settings table) {
  return Loader(arguments, environment, table).load();
}

}  // namespace headgate::config
