#include "cli/config_print.h"

#include <algorithm>

namespace headgate::cli {

namespace {

struct CommandName {
  unsigned bit;
  std::string_view name;
};
constexpr CommandName kCommandNames[] = {{kLocal, "local"}, {kCollect, "collect"}, {kProcess, "process"},
                                         {kApi, "api"},     {kTenant, "tenant"},   {kReplay, "dlq, replay"}};

Strings split_at_dots(std::string_view key) {
  Strings parts;
  for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
    parts.emplace_back(key.substr(0, dot));
    key.remove_prefix(dot + 1);
  }
  parts.emplace_back(key);
  return parts;
}

std::string used_by_text(unsigned commands) {
  if (commands == kEveryCommand) return "all";
  std::string text;
  for (const CommandName& command : kCommandNames) {
    if ((commands & command.bit) != 0) text += (text.empty() ? "" : ", ") + std::string(command.name);
  }
  return text;
}

std::string kind_text(const Setting& setting) {
  if (setting.kind == SettingKind::Groups) return "mapping of lists";
  if (setting.kind != SettingKind::Choice) return std::string(name_of(setting.kind));
  std::string names;
  for (const Choice& choice : setting.choices)
    names += (names.empty() ? "`" : ", `") + std::string(choice.name) + "`";
  return names;
}

std::string default_text(const Setting& setting) {
  const std::string_view standard = setting.about.standard;
  return standard.empty() ? "empty" : "`" + std::string(standard) + "`";
}

constexpr std::string_view kIntroduction =
    "# Configuration\n"
    "\n"
    "<!-- Printed by `headgate config reference`; a test keeps the two equal. Change src/cli/settings.cc "
    "instead. -->\n"
    "\n"
    "Every setting has a key in the configuration file, an environment variable and a flag. The flag wins "
    "over the\n"
    "variable, the variable over the file, the file over the default.\n"
    "\n"
    "| key | in the file (`--config FILE` or `HEADGATE_CONFIG`) | variable | flag |\n"
    "|---|---|---|---|\n"
    "| `collect.batch.age_max` | `collect: {batch: {age_max: 5m}}` | `HEADGATE_COLLECT_BATCH_AGE_MAX=5m` | "
    "`--collect.batch.age-max 5m` |\n"
    "\n"
    "The file is YAML. A key that is unknown, there twice, or of the wrong kind is an error that names its "
    "line; all\n"
    "errors are shown at once. `headgate config check` shows what is in force and where each value comes "
    "from.\n"
    "\n"
    "- A duration is a whole number and `ms`, `s`, `m`, `h` or `d`.\n"
    "- Bytes are a whole number and `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024) or `kB`, `MB`, `GB`, `TB` "
    "(of 1000).\n"
    "- A list is a YAML list; in a variable or flag its entries are separated by commas.\n"
    "- `${key}` in a default stands for the value of that key.\n";

}  // namespace

std::string effective_yaml(const LoadedConfig& loaded) {
  std::string text;
  Strings open;  // the sections that the last line is in
  for (const EffectiveSetting& one : loaded.effective) {
    const Strings parts = split_at_dots(one.setting->about.key);
    std::size_t depth = 0;
    while (depth + 1 < parts.size() && depth < open.size() && open[depth] == parts[depth]) ++depth;
    open.resize(depth);
    for (; depth + 1 < parts.size(); ++depth) {
      text += std::string(2 * depth, ' ') + parts[depth] + ":\n";
      open.push_back(parts[depth]);
    }
    text += std::string(2 * depth, ' ') + parts.back() + ": " + yaml_text(*one.setting, one.value) + "  # " +
            one.origin.where + "\n";
  }
  return text;
}

std::string reference_markdown(Settings table) {
  std::string text(kIntroduction);
  std::string section;
  for (const Setting& setting : table) {
    const std::string of_section = split_at_dots(setting.about.key).front();
    if (of_section != section) {
      section = of_section;
      text += "\n## " + section + "\n\n| key | kind | default | meaning | used by |\n|---|---|---|---|---|\n";
    }
    text += "| `" + std::string(setting.about.key) + "` | " + kind_text(setting) + " | " +
            default_text(setting) + " | " + std::string(setting.about.doc) +
            (setting.about.is_secret ? " Secret: never shown." : "") + " | " +
            used_by_text(setting.about.used_by) + " |\n";
  }
  return text;
}

}  // namespace headgate::cli
