// Which lines belong together, e.g. those of a stack trace. A pod says by its label headgate.io/multiline, or
// a container's by headgate.io/multiline.<container>, whose pattern its lines follow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "base/result.h"
#include "model/names.h"

namespace headgate::collect {

// Rules that say, line by line, whether a line goes on with the one before it. Immutable; any thread.
class MultilinePattern {
 public:
  // How far a record has come, kNone when there is none.
  using State = std::uint8_t;
  static constexpr State kNone = 0;

  // A record begins where a line matches one of `starts` and goes on to the next line that does.
  // Fault::Invalid: not regular expressions as RE2 takes them (https://github.com/google/re2/wiki/Syntax).
  static Result<MultilinePattern> starting_with(const std::vector<std::string>& starts);
  // The preset of that name (multiline_presets.cc): the stack traces of uncaught and of logged exceptions and
  // panics of one language, chained ones and messages of several lines included. Other lines stay as they
  // are, also the one that a logger writes before a trace. Empty when there is none of that name.
  static std::optional<MultilinePattern> preset(std::string_view name);
  static std::span<const std::string_view> preset_names();

  // Of a record that `line` begins. kNone: it is a record of its own.
  State begins(std::string_view line) const;
  struct Step {
    State state = kNone;    // kNone: the line does not belong to the record
    bool is_loose = false;  // it belongs to it only if a later line that is not loose does
  };
  // Of the record in `state` with `line` added to it.
  Step goes_on(State state, std::string_view line) const;

 private:
  friend struct PresetRule;
  struct Rule {
    std::uint32_t from = 0;  // bits, one a state
    std::unique_ptr<RE2> pattern;
    Step to;
  };
  Step first_fitting(State from, std::string_view line) const;

  std::vector<Rule> rules_;
  bool takes_all_ = false;  // whatever begins no record goes on with the one before
};

// Patterns by name: the presets, which are only compiled when one asks for them, and those of the settings.
class MultilinePatterns {
 public:
  using Texts = std::map<std::string, std::vector<std::string>>;
  // Fault::Invalid names the pattern: not RE2's syntax, none at all, a preset's name, or no label value.
  static Result<MultilinePatterns> make(const Texts& starts);

  // nullptr when there is none. It lives as long as this.
  const MultilinePattern* find(std::string_view name);

 private:
  std::map<std::string, MultilinePattern, std::less<>> patterns_;
};

// The name that a pod's labels give for a container's lines; empty when they give none, or `none`.
std::string multiline_name(const std::map<std::string, std::string>& labels, const ContainerName& container);

}  // namespace headgate::collect
