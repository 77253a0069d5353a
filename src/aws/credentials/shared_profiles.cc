#include "aws/credentials/shared_profiles.h"

#include <algorithm>
#include <string_view>

#include "ports/whole_file.h"

namespace headgate::aws {
namespace {

// The path in the variable, or else the one in the home directory; empty if there is neither.
std::string path_of(const Environment& environment, std::string_view variable, std::string_view at_home) {
  std::string path = environment.variable(variable);
  if (path.empty() && !environment.home.empty()) return environment.home + std::string(at_home);
  if (path.starts_with("~/") && !environment.home.empty()) return environment.home + path.substr(1);
  return path;
}

Result<IniFile> read_file(Disk& disk, const std::string& path) {
  if (path.empty() || path == "/dev/null") return IniFile{};  // how users say that there is no file
  const Result<std::string> text = read_whole_file(disk, path, kIniBytesMax);
  if (!text.ok() && text.error().fault == Fault::NotFound) return IniFile{};
  if (!text.ok()) return text.error();
  return TRY_IN(path, parse_ini(*text));
}

// The name in a section such as "profile two" or "profile \"two words\"" of the config file; empty for
// sections of another kind.
std::string named_in(std::string_view section, std::string_view word) {
  if (!section.starts_with(word)) return {};
  section.remove_prefix(word.size());
  const std::size_t name = section.find_first_not_of(" \t");
  if (name == 0 || name == std::string_view::npos) return {};
  section.remove_prefix(name);
  for (const char quote : {'"', '\''}) {
    if (section.size() >= 2 && section.front() == quote && section.back() == quote)
      return std::string(section.substr(1, section.size() - 2));
  }
  return std::string(section);
}

Result<IniFile> read_config(const Environment& environment, Disk& disk) {
  return read_file(disk, path_of(environment, "AWS_CONFIG_FILE", "/.aws/config"));
}

}  // namespace

Result<Profiles> read_profiles(const Environment& environment, Disk& disk) {
  const IniFile config = TRY(read_config(environment, disk));
  IniFile secrets =
      TRY(read_file(disk, path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")));
  Profiles profiles(secrets.begin(), secrets.end());
  // "profile default" is taken before "default", because a value that is already there is kept.
  for (const bool is_default : {false, true}) {
    for (const auto& [section, values] : config) {
      const std::string name = section == "default" ? section : named_in(section, "profile");
      if (!name.empty() && (section == "default") == is_default)
        profiles[name].insert(values.begin(), values.end());
    }
  }
  return profiles;
}

Result<IniSection> read_services(const Environment& environment, Disk& disk, std::string_view name) {
  const IniFile config = TRY(read_config(environment, disk));
  for (const auto& [section, values] : config) {
    if (named_in(section, "services") == name) return values;
  }
  return Error{Fault::Invalid,
               "services " + std::string(name) + ": the profile names this section, but it does not exist"};
}

std::string profile_name(const Environment& environment) {
  const std::string named = environment.variable("AWS_PROFILE");
  return named.empty() ? "default" : named;
}

}  // namespace headgate::aws
