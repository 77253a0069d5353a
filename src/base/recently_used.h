// The few of many that were used last: open files, open buckets, sessions.
// Tests: src/local/file_log_sink_test.cc
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace headgate {

// One thread at a time. Values are shared with whoever works with them. Holds at most `count_max` and those
// that are being worked with: one more makes room by letting the one go that was idle for longest. So there
// are never two values of one name at work, unless it was forgotten or replaced.
template <typename Value>
class RecentlyUsed {
 public:
  explicit RecentlyUsed(std::size_t count_max) : count_max_(count_max) { CHECK(count_max > 0); }

  std::shared_ptr<Value> find(const std::string& name) {
    const auto found = places_.find(name);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  // Replaces what has that name.
  void keep(const std::string& name, const std::shared_ptr<Value>& value) {
    forget(name);
    entries_.emplace_front(name, value);
    places_.emplace(name, entries_.begin());
    if (entries_.size() <= count_max_) return;
    // The new one is shared with our caller, so it stays.
    const auto is_idle = [](const auto& entry) { return entry.second.use_count() == 1; };
    const auto idle = std::find_if(entries_.rbegin(), entries_.rend(), is_idle);
    if (idle != entries_.rend()) forget(std::string(idle->first));
  }

  void forget(const std::string& name) {
    const auto found = places_.find(name);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<std::string, std::shared_ptr<Value>>>;

  const std::size_t count_max_;
  Entries entries_;  // the one used last first
  std::unordered_map<std::string, typename Entries::iterator> places_;
};

}  // namespace headgate
