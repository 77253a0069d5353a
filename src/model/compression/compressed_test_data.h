// What the tests and benchmarks of compression share: text like logs, bytes like noise, sources that give
// little at a time.
// Tests: src/model/compression/compressed_reader_test.cc
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "model/compression/compressed_reader.h"
#include "model/compression/compressed_writer.h"
#include "model/time/timestamp.h"

namespace headgate::test_data {

// SplitMix64 (public domain, Sebastiano Vigna): the same numbers on every machine.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9E37'79B9'7F4A'7C15U);
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return mixed ^ (mixed >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

inline std::string noise(std::size_t bytes, std::uint64_t seed = 1) {
  Numbers numbers(seed);
  std::string text(bytes, '\0');
  for (char& byte : text) byte = static_cast<char>(numbers.below(256));
  return text;
}

// NDJSON records like ours, about 300 bytes each, cut off at exactly `bytes`.
inline std::string log_lines(std::size_t bytes, std::uint64_t seed = 1) {
  constexpr std::array<std::string_view, 8> kVerbs = {"reconciled", "updated",   "watching",     "rejected",
                                                      "created",    "timed out", "connected to", "closed"};
  constexpr std::array<std::string_view, 6> kThings = {"etcd member",   "lease",      "route /healthz",
                                                       "node-exporter", "config map", "webhook"};
  Numbers numbers(seed);
  std::string text;
  text.reserve(bytes + 512);
  std::uint64_t at = 1'756'553'221'000'000'000;
  while (text.size() < bytes) {
    at += numbers.below(20'000'000);
    text += R"({"timestamp":")";
    text += to_rfc3339(Timestamp{static_cast<std::int64_t>(at)});
    text += R"(","message":"level=info request=)" + std::to_string(numbers.next());
    text += " ";
    text += kVerbs[numbers.below(kVerbs.size())];
    text += " ";
    text += kThings[numbers.below(kThings.size())];
    text += " in " + std::to_string(numbers.below(100'000)) + "us peer=10.128." +
            std::to_string(numbers.below(256)) + "." + std::to_string(numbers.below(256));
    text += R"(","stream":"stderr","namespace":"ocm-production-1a2b3c","application":"kube-apiserver",)";
    text += R"("pod_name":"kube-apiserver-7d9c6b8f4-x2x)" + std::to_string(numbers.below(9));
    text += R"(","container_name":"main","ingest_timestamp":")";
    text += to_rfc3339(Timestamp{static_cast<std::int64_t>(at + numbers.below(3'000'000))});
    text += "\"}\n";
  }
  text.resize(bytes);
  return text;
}

inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

// At most `step` bytes a read, as a socket would.
class ShortSource : public ByteSource {
 public:
  ShortSource(std::string text, std::size_t step) : all_(std::move(text)), step_(step) {}
  Result<std::size_t> read(std::span<char> into) override {
    return all_.read(into.first(std::min(into.size(), step_)));
  }

 private:
  StringSource all_;
  std::size_t step_;
};

// All that `source` gives, read `step` bytes at a time.
inline Result<std::string> read_all(ByteSource& source, std::size_t step = std::size_t{64} << 10U) {
  std::string all;
  std::vector<char> room(step);
  while (true) {
    const std::size_t count = TRY(source.read(room));
    if (count == 0) return all;
    all.append(room.data(), count);
  }
}

inline Result<std::string> decompress(std::string compressed, CompressedReader::Options options = {}) {
  StringSource source(std::move(compressed));
  CompressedReader reader(source, options);
  return read_all(reader);
}

// One member.
inline std::string compress(std::string_view text, CompressedWriter::Options options) {
  StringSink sink;
  CompressedWriter writer(sink, options);
  CHECK(writer.write(text).ok());
  CHECK(writer.end_member().ok());
  return std::move(sink.text);
}

}  // namespace headgate::test_data
