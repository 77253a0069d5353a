#include "config/config_print.h"

#include <algorithm>

namespace headgate::config {

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
    names += (names.empty() ? "one of `" : ", `") + std::string(choice.name) + "`";
  return names;
}

std::string default_text(const Setting& setting) {
  const std::string_view standard = setting.about.standard;
  return standard.empty() ? "empty" : "`" + std::string(standard) + "`";
}

constexpr std::string_view kIntroduction =
    "# Configuration\n"
    "\n"
    "<!-- Printed by `headgate config reference`; a test keeps the two equal. Change the settings' texts in "
    "the "
    "sources instead. -->\n"
    "\n"
    "Every setting has a key in the configuration file, an environment variable and a flag.\n"
    "A flag overrides the variable, the variable overrides the file, and the file overrides the default.\n"
    "\n"
    "| where | example |\n"
    "|---|---|\n"
    "| file named by `--config FILE` or `HEADGATE_CONFIG` | `collect: {batch: {age_max: 5m}}` |\n"
    "| variable | `HEADGATE_COLLECT_BATCH_AGE_MAX=5m` |\n"
    "| flag | `--collect.batch.age-max=5m` |\n"
    "\n"
    "The file is YAML.\n"
    "A key that is unknown, given twice, or of the wrong kind is an error that names its line.\n"
    "All errors are shown at once.\n"
    "`headgate config check` shows the value of each setting and where the value comes from.\n"
    "\n"
    "- A duration is a whole number followed by `ms`, `s`, `m`, `h` or `d`.\n"
    "- A number of bytes is a whole number followed by `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024) or `kB`, "
    "`MB`, `GB`, `TB` (powers of 1000).\n"
    "- A list is a YAML list; in a variable or flag its entries are separated by commas.\n"
    "- `${key}` in a default means the value of that key.\n"
    "- *Used by* names the commands that read the setting.\n";

// One sentence a line, as all documents have it.
std::string sentences_on_lines(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool ends_sentence = text[at] == ' ' && at > 0 && text[at - 1] == '.' && at + 1 < text.size() &&
                               text[at + 1] >= 'A' && text[at + 1] <= 'Z';
    lines += ends_sentence ? '\n' : text[at];
  }
  return lines;
}

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
      text += "\n## " + section + "\n";
    }
    text += "\n### `" + std::string(setting.about.key) + "`\n\n" + sentences_on_lines(setting.about.doc) +
            (setting.about.is_secret ? "\nIts value is secret and never shown." : "") + "\n\n" +
            "Kind: " + kind_text(setting) + ". Default: " + default_text(setting) +
            ". Used by: " + used_by_text(setting.about.used_by) + ".\n";
  }
  return text;
}

}  // namespace headgate::config
