#include "kube/known_pods_file.h"

#include <simdjson.h>

#include <memory>
#include <span>

#include "base/number.h"
#include "model/compression/checksum.h"
#include "model/text/format_title.h"
#include "model/text/json_text.h"
#include "ports/whole_file.h"

namespace headgate::kube {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;
using Labels = std::map<std::string, std::string>;

constexpr std::string_view kFormat = "headgate-known-pods";
constexpr std::uint32_t kVersion = 2;  // in version 1 a namespace that lost its label looks like a deleted
                                       // one
constexpr std::string_view kChecksum = "crc ";

void add_text(std::string& to, std::string_view name, std::string_view text) {
  to += to.back() == '{' ? "\"" : ",\"";
  to += name;
  to += "\":";
  append_json_string(to, text);
}

void add_labels(std::string& to, const Labels& labels) {
  to += ",\"labels\":{";
  for (const auto& [name, value] : labels) {
    if (to.back() != '{') to.push_back(',');
    append_json_string(to, name);
    to.push_back(':');
    append_json_string(to, value);
  }
  to.push_back('}');
}

void add_time(std::string& to, std::string_view name, const std::optional<Timestamp>& time) {
  if (!time) return;
  to += ",\"";
  to += name;
  to += "\":" + std::to_string(time->nanoseconds);
}

Result<std::string> text_in(const dom::object& object, const char* name) {
  std::string_view text;
  if (object[name].get_string().get(text) != simdjson::SUCCESS)
    return Error{Fault::Invalid, std::string(name) + ": no text"};
  return std::string(text);
}

Result<Labels> labels_in(const dom::object& object) {
  Labels labels;
  dom::object found;
  if (object["labels"].get_object().get(found) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "labels: not an object"};
  for (const auto& [name, value] : found) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return Error{Fault::Invalid, "labels: no text"};
    labels.emplace(name, text);
  }
  return labels;
}

std::optional<Timestamp> time_in(const dom::object& object, const char* name) {
  std::int64_t nanoseconds = 0;
  if (object[name].get_int64().get(nanoseconds) != simdjson::SUCCESS) return std::nullopt;
  return Timestamp{nanoseconds};
}

Result<KnownPod> pod_in(const dom::object& object) {
  KnownPod pod;
  pod.labels = TRY(labels_in(object));
  pod.workload = TRY(text_in(object, "workload"));
  pod.gone_at = time_in(object, "gone_at");
  bool is_excluded = false;
  pod.is_excluded = object["excluded"].get_bool().get(is_excluded) == simdjson::SUCCESS && is_excluded;
  dom::array names;
  if (object["excluded_containers"].get_array().get(names) == simdjson::SUCCESS) {
    for (const dom::element name : names) {
      std::string_view text;
      if (name.get_string().get(text) != simdjson::SUCCESS)
        return Error{Fault::Invalid, "excluded_containers: no text"};
      pod.excluded_containers.emplace(text);
    }
  }
  return pod;
}

Result<> read_line(dom::parser& parser, std::string_view line, KeptPods& into) {
  dom::object object;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "a line is not a JSON object"};
  const std::string kind = TRY(text_in(object, "kind"));
  if (kind == "selector") {
    into.namespace_selector = TRY(text_in(object, "namespaces"));
  } else if (kind == "namespace") {
    KnownNamespace known{.labels = TRY(labels_in(object)),
                         .gone_at = time_in(object, "gone_at"),
                         .deselected_at = time_in(object, "deselected_at")};
    into.namespaces.insert_or_assign(Namespace(TRY(text_in(object, "name"))), std::move(known));
  } else if (kind == "pod") {
    PodId id{Namespace(TRY(text_in(object, "namespace"))), PodName(TRY(text_in(object, "name"))),
             TRY(text_in(object, "uid"))};
    into.pods.insert_or_assign(std::move(id), TRY(pod_in(object)));
  } else {
    return Error{Fault::Invalid, "kind: unknown"};
  }
  return {};
}

// The lines after the title, whose checksum was correct.
struct CheckedLines {
  std::uint32_t version = 0;
  std::string_view lines;
};
Result<CheckedLines> checked_lines(std::string_view text) {
  const std::size_t title_end = text.find('\n');
  if (title_end == std::string_view::npos) return Error{Fault::Invalid, "damaged: cut short"};
  const std::uint32_t version = TRY(version_in_title(text.substr(0, title_end), kFormat, kVersion));
  const std::size_t at = text.rfind(kChecksum);
  if (at == std::string_view::npos || at <= title_end || text[at - 1] != '\n' || !text.ends_with('\n'))
    return Error{Fault::Invalid, "damaged: cut short"};
  const std::string_view digits = text.substr(at + kChecksum.size(), text.size() - at - kChecksum.size() - 1);
  if (parse_number<std::uint32_t>(digits) != crc32c(0, text.substr(0, at)))
    return Error{Fault::Invalid, "damaged: its checksum differs"};
  return CheckedLines{.version = version, .lines = text.substr(title_end + 1, at - title_end - 1)};
}

}  // namespace

std::string write_kept_pods(const KnownPods& known) {
  std::string text = std::string(kFormat) + ' ' + std::to_string(kVersion) + '\n';
  text += R"({"kind":"selector")";
  add_text(text, "namespaces", known.selection().namespaces.text());
  text += "}\n";
  for (const auto& [name, kept] : known.namespaces()) {
    text += R"({"kind":"namespace")";
    add_text(text, "name", name.view());
    add_labels(text, kept.labels);
    add_time(text, "gone_at", kept.gone_at);
    add_time(text, "deselected_at", kept.deselected_at);
    text += "}\n";
  }
  for (const auto& [id, kept] : known.pods()) {
    text += R"({"kind":"pod")";
    add_text(text, "namespace", id.namespace_name.view());
    add_text(text, "name", id.pod.view());
    add_text(text, "uid", id.uid);
    add_text(text, "workload", kept.workload);
    add_labels(text, kept.labels);
    if (kept.is_excluded) text += R"(,"excluded":true)";
    if (!kept.excluded_containers.empty()) {
      text += R"(,"excluded_containers":[)";
      for (const ContainerName& name : kept.excluded_containers) {
        if (text.back() != '[') text.push_back(',');
        append_json_string(text, name.view());
      }
      text.push_back(']');
    }
    add_time(text, "gone_at", kept.gone_at);
    text += "}\n";
  }
  text += std::string(kChecksum) + std::to_string(crc32c(0, text)) + "\n";
  return text;
}

Result<KeptPods> read_kept_pods(std::string_view text) {
  const CheckedLines checked = TRY(checked_lines(text));
  std::string_view rest = checked.lines;
  KeptPods kept;
  dom::parser parser;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return Error{Fault::Invalid, "damaged: cut short"};
    TRY(read_line(parser, rest.substr(0, end), kept));
    rest.remove_prefix(end + 1);
    if (kept.pods.size() > KnownPods::kEntriesMax || kept.namespaces.size() > KnownPods::kEntriesMax)
      return Error{Fault::Invalid, "more entries than a file may have"};
  }
  // Version 1 does not tell deleted namespaces from deselected ones, so nothing is collected on the strength
  // of such entries.
  if (checked.version == 1) {
    std::erase_if(kept.namespaces, [](const auto& one) { return one.second.gone_at.has_value(); });
  }
  return kept;
}

Result<KeptPods> KnownPodsFile::load() {
  const std::string text = TRY_IN("known pods", read_whole_file(disk_, path(), kBytesMax));
  return TRY_IN(path(), read_kept_pods(text));
}

Result<> KnownPodsFile::store(std::string_view text) {
  const std::string next = path() + ".next";
  TRY_IN("known pods", disk_.make_directories(directory_));
  const std::unique_ptr<WritableFile> file = TRY_IN("known pods", disk_.create(next));
  TRY_IN("known pods", file->append(text));
  TRY_IN("known pods", file->sync());
  TRY_IN("known pods", disk_.rename(next, path()));
  TRY_IN("known pods", disk_.sync_directory(directory_));
  return {};
}

}  // namespace headgate::kube
