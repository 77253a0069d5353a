#include "model/text/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <optional>
#include <sstream>
#include <utility>

#include "base/utf8.h"
#include "model/text/json_string.h"

namespace headgate {
namespace {

using Kind = DocumentValue::Kind;

Error error_at(int line, std::string_view what) {
  return Error{Fault::Invalid, "line " + std::to_string(line) + ": " + std::string(what)};
}

// Builds the tree from yaml-cpp's events rather than from its nodes: no graph, so no alias can blow it up,
// and it is told which scalars were quoted. After the first thing that is wrong it listens no more.
class TreeBuilder : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (is_allowed(mark, "", anchor)) add({.kind = Kind::Null, .line = line_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, "aliases are not taken");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!is_allowed(mark, tag, anchor)) return;
    // yaml-cpp 0.7 writes \N and \_ as the bytes 0x85 and 0xa0.
    if (!is_utf8(value)) return fail(mark, "the escapes \\N and \\_ are not taken: write \\u0085 or \\u00a0");
    Kind kind = Kind::Text;
    if (tag == kPlain && (value == "true" || value == "false")) kind = Kind::Boolean;
    if (tag == kPlain && is_json_number(value)) kind = Kind::Number;
    add({.kind = kind, .text = value, .line = line_of(mark)});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Kind::Sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Kind::Mapping);
  }
  void OnMapEnd() override { close(); }

  const std::optional<Error>& error() const { return error_; }
  DocumentValue take_root() { return std::move(root_); }

 private:
  // How yaml-cpp calls the tag of an unquoted scalar (that of a quoted one is `!`).
  static constexpr std::string_view kPlain = "?";

  struct Open {
    DocumentValue value;
    bool has_name = false;
    std::string name = {};
    int name_line = 0;
  };

  static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

  void fail(const YAML::Mark& mark, std::string_view what) {
    if (!error_.has_value()) error_ = error_at(line_of(mark), what);
  }

  bool is_allowed(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (error_.has_value()) return false;
    if (anchor != YAML::NullAnchor) {
      fail(mark, "anchors are not taken");
    } else if (!tag.empty() && tag != kPlain && tag != "!") {
      fail(mark, "tags are not taken");
    } else if (++values_ > kDocumentValuesMax) {
      fail(mark, "more than " + std::to_string(kDocumentValuesMax) + " values");
    }
    return !error_.has_value();
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (!is_allowed(mark, tag, anchor)) return;
    if (open_.size() >= kDocumentDepthMax) return fail(mark, "nested too deep");
    if (is_at_key()) return fail(mark, "a key that is no scalar");
    open_.push_back({.value = {.kind = kind, .line = line_of(mark)}});
  }

  void close() {
    if (error_.has_value()) return;
    DocumentValue value = std::move(open_.back().value);
    open_.pop_back();
    add(std::move(value));
  }

  bool is_at_key() const {
    return !open_.empty() && open_.back().value.kind == Kind::Mapping && !open_.back().has_name;
  }

  void add(DocumentValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Open& parent = open_.back(); is_at_key()) {
      parent.has_name = true;
      parent.name = std::move(value.text);
      parent.name_line = value.line;
    } else if (parent.value.kind == Kind::Mapping) {
      parent.has_name = false;
      value.name = std::move(parent.name);
      value.name_line = parent.name_line;
      parent.value.items.push_back(std::move(value));
    } else {
      parent.value.items.push_back(std::move(value));
    }
  }

  std::vector<Open> open_;
  DocumentValue root_;
  std::size_t values_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<DocumentValue> read_yaml_document(std::string_view text) {
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) return Error{Fault::Invalid, "empty"};
    if (builder.error().has_value()) return *builder.error();
    TreeBuilder behind;
    if (parser.HandleNextDocument(behind)) return Error{Fault::Invalid, "more than one document"};
    return builder.take_root();
  } catch (const YAML::Exception& exception) {
    return error_at(exception.mark.line + 1, exception.msg);
  } catch (const std::exception& exception) {
    return Error{Fault::Invalid, exception.what()};
  }
}

}  // namespace headgate
