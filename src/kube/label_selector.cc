#include "kube/label_selector.h"

#include <algorithm>
#include <optional>

#include "base/number.h"

namespace headgate::kube {
namespace {

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
constexpr std::size_t kNameBytesMax = 63;
constexpr std::size_t kPrefixBytesMax = 253;

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  if (!is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char character) {
    return is_letter_or_digit(character) || character == '-' || character == '_' || character == '.';
  });
}

bool is_prefix(std::string_view text) {
  if (text.empty() || text.size() > kPrefixBytesMax) return false;
  return std::all_of(text.begin(), text.end(), [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '-' || character == '.';
  });
}

bool is_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name(text);
  return is_prefix(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

class LabelSelector::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_blanks();
    return at_ == text_.size();
  }
  bool take(std::string_view symbol) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  std::string_view word() {
    skip_blanks();
    const std::size_t from = at_;
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n=!(),<>").find(text_[at_]) == std::string_view::npos)
      ++at_;
    return text_.substr(from, at_ - from);
  }
  Error wrong(std::string_view what) const {
    return Error{Fault::Invalid, "at byte " + std::to_string(at_) + ": " + std::string(what)};
  }

  Result<Requirement> requirement() {
    Requirement read;
    if (take("!")) read.op = Operator::Absent;
    read.key = word();
    if (!is_key(read.key)) return wrong("expected a label's name");
    if (read.op == Operator::Absent || at_end() || text_[at_] == ',') return read;
    if (take("!=")) {
      read.op = Operator::NotIn;
      read.values.push_back(TRY(value()));
    } else if (take("==") || take("=")) {
      read.op = Operator::In;
      read.values.push_back(TRY(value()));
    } else if (take(">")) {
      read.op = Operator::Greater;
      read.number = TRY(number());
    } else if (take("<")) {
      read.op = Operator::Less;
      read.number = TRY(number());
    } else {
      const std::string_view name = word();
      if (name != "in" && name != "notin") return wrong("expected one of = == != < > in notin");
      read.op = name == "in" ? Operator::In : Operator::NotIn;
      TRY(values(read.values));
    }
    return read;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  Result<std::string> value() {
    const std::string_view read = word();
    if (!read.empty() && !is_name(read)) return wrong("expected a label's value");
    return std::string(read);
  }
  Result<std::int64_t> number() {
    const std::optional<std::int64_t> read = parse_number<std::int64_t>(word());
    if (!read) return wrong("expected a whole number");
    return *read;
  }
  Result<> values(std::vector<std::string>& into) {
    if (!take("(")) return wrong("expected (");
    do {
      into.push_back(TRY(value()));
    } while (take(","));
    if (!take(")")) return wrong("expected )");
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  if (text.size() > kBytesMax)
    return Error{Fault::Invalid, "longer than " + std::to_string(kBytesMax) + " bytes"};
  LabelSelector selector;
  selector.text_ = text;
  Reader reader(text);
  if (reader.at_end()) return selector;
  do {
    if (selector.requirements_.size() == kRequirementsMax) return reader.wrong("too many requirements");
    selector.requirements_.push_back(TRY(reader.requirement()));
  } while (reader.take(","));
  if (!reader.at_end()) return reader.wrong(", expected");
  return selector;
}

bool LabelSelector::matches(const LabelMap& labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& requirement) { return holds(requirement, labels); });
}

// As apimachinery's labels.Requirement.Matches: a requirement that excludes a value also holds if the label
// is absent.
bool LabelSelector::holds(const Requirement& requirement, const LabelMap& labels) {
  const auto found = labels.find(requirement.key);
  const bool is_there = found != labels.end();
  switch (requirement.op) {
    case Operator::Exists:
      return is_there;
    case Operator::Absent:
      return !is_there;
    case Operator::In:
      return is_there && contains(requirement.values, found->second);
    case Operator::NotIn:
      return !is_there || !contains(requirement.values, found->second);
    case Operator::Greater:
    case Operator::Less: {
      const std::optional<std::int64_t> number =
          is_there ? parse_number<std::int64_t>(found->second) : std::nullopt;
      if (!number) return false;
      return requirement.op == Operator::Greater ? *number > requirement.number
                                                 : *number < requirement.number;
    }
  }
  CHECK(false);
}

}  // namespace headgate::kube
