// What bulkheads.cc depends on but for the tenants' accounts: who the tenants are, the central store, and a
// tally of lines that does not ask the worker.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/mutex.h"
#include "fakes/partial_store.h"
#include "model/names.h"
#include "ports/object_store.h"

namespace headgate::bulkheads {

constexpr int kTenants = 200;
constexpr int kOfEachKind = 10;
constexpr int kLines = 20;  // of an object

enum class Kind { Healthy, Filters, Poisoned, Refuses, Throttles, Hangs };

inline Kind kind_of_number(int number) {
  constexpr Kind kKinds[] = {Kind::Refuses, Kind::Throttles, Kind::Hangs, Kind::Filters, Kind::Poisoned};
  const auto group = static_cast<std::size_t>(number / kOfEachKind);
  return group < std::size(kKinds) ? kKinds[group] : Kind::Healthy;
}
inline bool is_sick(Kind kind) {
  return kind == Kind::Refuses || kind == Kind::Throttles || kind == Kind::Hangs;
}
// A tenant has one destination.
inline bool is_to_bucket(int number) {
  return number % 4 == 0;
}
// Where a sick one is sick: already when its role is assumed, else in the call itself.
inline bool is_sick_in_role(int number) {
  return number % 3 == 0;
}
inline std::string name_of_number(int number) {
  return "tenant-" + std::to_string(number);
}
// The number that a text starts with.
inline std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}
inline int number_of(std::string_view tenant) {
  return static_cast<int>(number_in(tenant.substr(tenant.find('-') + 1)));
}

// What an object's file and each of its lines say: when it was sent, which it is, which line.
struct Said {
  std::int64_t sent_ns = 0;
  std::size_t object = 0;
  std::size_t line = 0;
};
inline std::string words_of(const Said& said) {
  return std::to_string(said.sent_ns) + '-' + std::to_string(said.object) + '-' + std::to_string(said.line);
}
inline Said read_words(std::string_view text) {
  std::array<std::int64_t, 3> numbers{};
  for (std::int64_t& number : numbers) {
    const std::size_t dash = text.find('-');
    number = number_in(text.substr(0, dash));
    text.remove_prefix(dash == std::string_view::npos ? text.size() : dash + 1);
  }
  return {.sent_ns = numbers[0],
          .object = static_cast<std::size_t>(numbers[1]),
          .line = static_cast<std::size_t>(numbers[2])};
}
inline Said read_key(const ObjectKey& key) {
  return read_words(key.view().substr(key.view().rfind('/') + 1));
}
constexpr std::string_view kPoison = "poison ";

// Counts each line where it arrived, whatever the worker says of it. Any thread.
class Tally {
 public:
  using Lines = std::array<std::uint8_t, kLines>;
  struct Object {
    int tenant = 0;
    ObjectKey key;
    Lines delivered{};
    Lines quarantined{};
  };
  explicit Tally(std::size_t objects_max) { objects_.reserve(objects_max); }

  std::size_t next_object() const {
    const MutexLock lock(mutex_);
    return objects_.size();
  }
  void add_object(int tenant, ObjectKey key) {
    const MutexLock lock(mutex_);
    objects_.push_back({.tenant = tenant, .key = std::move(key)});
  }
  void deliver(const Said& said) { count(said, &Object::delivered); }
  void quarantine(const Said& said) { count(said, &Object::quarantined); }
  std::vector<Object> objects() const {
    const MutexLock lock(mutex_);
    return objects_;
  }

 private:
  void count(const Said& said, Lines Object::*lines) {
    const MutexLock lock(mutex_);
    if (said.object < objects_.size() && said.line < kLines) ++(objects_[said.object].*lines)[said.line];
  }

  mutable Mutex mutex_;
  std::vector<Object> objects_ GUARDED_BY(mutex_);
};

// The central bucket: objects are made when they are read, their key says what is in them. What is written is
// quarantine.
class CentralStore : public fakes::PartialStore {
 public:
  explicit CentralStore(Tally& tally) : PartialStore(BucketName("central")), tally_(tally) {}
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange>,
                                                    Deadline) override {
    const bool is_poisoned =
        kind_of_number(number_of(key.str().substr(key.str().find("tenant-")))) == Kind::Poisoned;
    Said said = read_key(key);
    std::string text;
    for (said.line = 0; said.line < kLines; ++said.line) {
      const std::string_view what = is_poisoned && said.line == 7 ? kPoison : "";
      text += "{\"message\":\"" + std::string(what) + words_of(said) +
              "\",\"timestamp\":\"2026-01-01T00:00:00Z\"}\n";
    }
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(text));
  }
  Result<ObjectInfo> head(const ObjectKey& key, Deadline) override {
    ObjectInfo info;
    info.key = key;
    info.metadata = {{"headgate-format", "1"}, {"headgate-lines", std::to_string(kLines)}};
    return info;
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey&, PutOptions, Deadline) override {
    return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(tally_));
  }

 private:
  class Reader : public ObjectReader {
   public:
    explicit Reader(const std::string& text) : source_(text) {}
    const ObjectInfo& info() const override { return info_; }
    Result<std::size_t> read(std::span<char> into) override { return source_.read(into); }

   private:
    const ObjectInfo info_;
    StringSource source_;
  };
  class Writer : public ObjectWriter {
   public:
    explicit Writer(Tally& tally) : tally_(tally) {}
    Result<> append(std::string_view bytes) override {
      text_ += bytes;
      return {};
    }
    Result<PutOutcome> commit() override {
      const std::string_view text = text_;
      for (std::size_t at = text.find(kPoison); at != text.npos; at = text.find(kPoison, at + 1)) {
        tally_.quarantine(read_words(text.substr(at + kPoison.size())));
      }
      return PutOutcome::Stored;
    }

   private:
    Tally& tally_;
    std::string text_;
  };

  Tally& tally_;
};

}  // namespace headgate::bulkheads
