// The forms of log lines that clusters are full of.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace headgate::loggen {

enum class Format : std::uint8_t {
  Plain,   // no time of its own that event_time() reads: access logs, stack traces, bare words
  Iso,     // ISO 8601 at the start
  Json,    // zap, slog, pino: `ts` or `time`, as Unix time or ISO
  Klog,    // I0830 11:27:01.564974       1 file.go:12] text
  Logfmt,  // time="2025-08-30T11:27:01Z" level=info msg="text"
  Go,      // 2025/08/30 11:27:01 text
  Audit,   // Kubernetes audit.k8s.io/v1 events, JSON of 1 KiB
};
inline constexpr std::array<Format, 7> kFormats = {Format::Plain,  Format::Iso, Format::Json, Format::Klog,
                                                   Format::Logfmt, Format::Go,  Format::Audit};

std::string_view name_of(Format format);  // plain, iso, json, klog, logfmt, go, audit
std::optional<Format> format_named(std::string_view name);

// The patterns (see line_template.h) of a format; each holds <text> and <seq> once. They live for ever.
std::span<const std::string_view> patterns_of(Format format);
// What programs say: patterns without <text>, of which the filler is made. Their bytes need no JSON escape.
std::span<const std::string_view> phrase_patterns();

}  // namespace headgate::loggen
