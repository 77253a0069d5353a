#include "config/config_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "base/file_descriptor.h"
#include "base/json_text.h"
#include "config/nearest.h"

namespace headgate::config {

namespace {

int line_of(const YAML::Mark& mark) {
  return mark.line >= 0 ? mark.line + 1 : 0;
}

Result<Strings> list_of(const YAML::Node& node) {
  Strings list;
  for (const YAML::Node& entry : node) {
    if (!entry.IsScalar()) return Error{Fault::Invalid, "holds a value that is not text"};
    list.push_back(entry.Scalar());
  }
  return list;
}

Result<StringLists> groups_of(const YAML::Node& node) {
  StringLists groups;
  for (const auto& pair : node) {
    if (!pair.first.IsScalar() || !pair.second.IsSequence())
      return Error{Fault::Invalid, "every group must be a name and a list, like infra: [etcd, dns]"};
    const std::string& name = pair.first.Scalar();
    Strings list = TRY_IN(name, list_of(pair.second));
    if (!groups.emplace(name, std::move(list)).second)
      return Error{Fault::Invalid, json_text(name) + " is given twice"};
  }
  return groups;
}

bool is_section(std::string_view path, Settings table) {
  for (const Setting& setting : table) {
    if (setting.about.key.size() > path.size() && setting.about.key.starts_with(path) &&
        setting.about.key[path.size()] == '.')
      return true;
  }
  return false;
}

const Setting* setting_named(std::string_view path, Settings table) {
  for (const Setting& setting : table) {
    if (setting.about.key == path) return &setting;
  }
  return nullptr;
}

// Every key and every section, for suggestions.
Strings all_paths(Settings table) {
  Strings paths;
  for (const Setting& setting : table) {
    for (std::size_t dot = setting.about.key.find('.'); dot != std::string_view::npos;
         dot = setting.about.key.find('.', dot + 1))
      paths.emplace_back(setting.about.key.substr(0, dot));
    paths.emplace_back(setting.about.key);
  }
  return paths;
}

// Whether a document holds anything, and where that begins.
class FirstEvent final : public YAML::EventHandler {
 public:
  const std::optional<YAML::Mark>& mark() const { return mark_; }
  const YAML::Mark& start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& mark) {
    if (!mark_) mark_ = mark;
  }
  std::optional<YAML::Mark> mark_;
  YAML::Mark start_;
};

// Where a second document begins. Not by YAML::LoadAll(): a comma where none may stand is an empty document
// to it, again and again without end.
std::optional<YAML::Mark> second_document(std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  FirstEvent first;
  FirstEvent second;
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return std::nullopt;
  if (!first.mark()) return second.start();  // nothing, and then more
  return second.mark();
}

// Walks the document. Descends only into sections of the table, so its depth is the table's whatever the file
// holds.
class Reader {
 public:
  explicit Reader(Settings table) : table_(table) {}

  ConfigFile read(std::string_view text) {
    if (const auto second = second_document(text))
      complain(*second, "there is a second document; one file is one document");
    const YAML::Node document = YAML::Load(std::string(text));
    if (document.IsNull()) return std::move(file_);
    if (document.IsMap()) {
      section("", document);
    } else {
      complain(document.Mark(), "the file must be a mapping of keys to values");
    }
    return std::move(file_);
  }

 private:
  void complain(const YAML::Mark& mark, std::string what) {
    file_.complaints.push_back({.line = line_of(mark), .what = std::move(what)});
  }

  void section(const std::string& prefix, const YAML::Node& node) {
    std::map<std::string, int> first_lines;
    for (const auto& pair : node) {
      const YAML::Mark mark = pair.first.Mark();
      if (!pair.first.IsScalar()) {
        complain(mark, (prefix.empty() ? "the file" : prefix) + ": holds a key that is not text");
        continue;
      }
      const std::string path = prefix.empty() ? pair.first.Scalar() : prefix + "." + pair.first.Scalar();
      const auto [first, is_new] = first_lines.emplace(path, line_of(mark));
      if (!is_new) {
        complain(mark, path + ": is given twice, first in line " + std::to_string(first->second));
        continue;
      }
      entry(path, pair.second, mark);
    }
  }

  void entry(const std::string& path, const YAML::Node& node, const YAML::Mark& mark) {
    if (const Setting* setting = setting_named(path, table_)) return value(*setting, node, mark);
    if (is_section(path, table_)) {
      if (node.IsMap()) return section(path, node);
      if (!node.IsNull()) complain(mark, path + ": is a section; its keys go below it, indented");
      return;
    }
    const std::string suggestion = nearest(path, all_paths(table_));
    complain(mark, path + ": unknown key" + (suggestion.empty() ? "" : "; did you mean " + suggestion + "?"));
  }

  void value(const Setting& setting, const YAML::Node& node, const YAML::Mark& mark) {
    const std::string key(setting.about.key);
    if (node.IsNull()) return complain(mark, key + ": has no value; leave the key out for the default");
    FileValue found{.setting = &setting, .raw = {}, .line = line_of(mark)};
    const Result<> read = read_raw(setting, node, found.raw);
    if (!read.ok()) return complain(mark, key + ": " + read.error().what);
    file_.values.push_back(std::move(found));
  }

  static Result<> read_raw(const Setting& setting, const YAML::Node& node, RawValue& raw) {
    if (node.IsScalar()) {
      raw = node.Scalar();
    } else if (setting.kind == SettingKind::List && node.IsSequence()) {
      raw = TRY(list_of(node));
    } else if (setting.kind == SettingKind::Groups && node.IsMap()) {
      raw = TRY(groups_of(node));
    } else {
      return Error{Fault::Invalid, "must be: " + std::string(name_of(setting.kind))};
    }
    return {};
  }

  const Settings table_;
  ConfigFile file_;
};

}  // namespace

ConfigFile read_config_text(std::string_view text, Settings table) {
  try {
    return Reader(table).read(text);
  } catch (const YAML::Exception& error) {
    ConfigFile broken;
    broken.complaints.push_back({.line = line_of(error.mark), .what = "not YAML: " + error.msg});
    return broken;
  }
}

Result<std::string> read_config_bytes(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return error_from_errno(errno, path);
  std::string text;
  char chunk[16'384];
  while (text.size() <= kConfigFileBytesMax) {
    const ssize_t count = ::read(file.get(), chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_from_errno(errno, path);
    if (count == 0) return text;
    text.append(chunk, static_cast<std::size_t>(count));
  }
  return Error{Fault::Invalid, path + ": larger than 1 MiB"};
}

Result<StringLists> read_groups(std::string_view text) {
  try {
    const YAML::Node node = YAML::Load(std::string(text));
    if (node.IsMap()) return groups_of(node);
  } catch (const YAML::Exception& error) {
    return Error{Fault::Invalid, "is not a mapping of names to lists: " + error.msg};
  }
  return Error{Fault::Invalid, "is not a mapping of names to lists: write {infra: [etcd, dns]}"};
}

}  // namespace headgate::config
