// A TenantStore in memory, strict where the real ones are: versions must match, rows come in order, pages are
// short.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "ports/tenant_store.h"

namespace headgate::fakes {

// Any thread.
class MemoryTenantStore : public TenantStore {
 public:
  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline) override {
    const MutexLock lock(mutex_);
    ++questions_;
    if (broken_) return *broken_;
    std::vector<StoredConfiguration> rows;
    for (const auto& [key, row] : rows_) {
      if (key.first == tenant) rows.push_back(row);
    }
    return rows;
  }

  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type, Deadline) override {
    const MutexLock lock(mutex_);
    if (broken_) return *broken_;
    const auto found = rows_.find({tenant, type});
    if (found == rows_.end())
      return Error{Fault::NotFound, tenant.str() + " " + type.str() + ": no such row"};
    return found->second;
  }

  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max, Deadline) override {
    const MutexLock lock(mutex_);
    if (broken_) return *broken_;
    ConfigurationPage page;
    for (const auto& [key, row] : rows_) {
      const std::string token = key.first.str() + "#" + key.second.str();
      if (!from.empty() && token <= from) continue;
      if (page.rows.size() == std::min(count_max, page_rows_max)) {
        page.next =
            page.rows.back().configuration.tenant.str() + "#" + page.rows.back().configuration.type.str();
        return page;
      }
      page.rows.push_back(row);
    }
    return page;
  }

  Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline) override {
    const MutexLock lock(mutex_);
    if (broken_) return *broken_;
    if (configuration.tenant.empty() || configuration.type.empty())
      return Error{Fault::Invalid, "tenant_id and type are the key"};
    const auto found = rows_.find({configuration.tenant, configuration.type});
    const std::uint64_t stored = found == rows_.end() ? 0 : found->second.configuration.version;
    if (stored != configuration.version)
      return Error{Fault::Denied, "version is " + std::to_string(stored) + ", not " +
                                      std::to_string(configuration.version) + ": someone else changed it"};
    StoredConfiguration row{.configuration = configuration, .undecodable = ""};
    row.configuration.version = stored + 1;
    rows_[{configuration.tenant, configuration.type}] = row;
    return stored + 1;
  }

  Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline) override {
    const MutexLock lock(mutex_);
    if (broken_) return *broken_;
    if (rows_.erase({tenant, type}) == 0) return Error{Fault::NotFound, "no such row"};
    return {};
  }

  // What no put() would make: a row as a broken writer left it.
  void place(StoredConfiguration row) {
    const MutexLock lock(mutex_);
    rows_[{row.configuration.tenant, row.configuration.type}] = std::move(row);
  }
  void break_with(Error error) {
    const MutexLock lock(mutex_);
    broken_ = std::move(error);
  }
  void fix() {
    const MutexLock lock(mutex_);
    broken_.reset();
  }
  int questions() const {
    const MutexLock lock(mutex_);
    return questions_;
  }

  std::size_t page_rows_max = 2;

 private:
  mutable Mutex mutex_;
  std::map<std::pair<TenantId, DestinationName>, StoredConfiguration> rows_ GUARDED_BY(mutex_);
  std::optional<Error> broken_ GUARDED_BY(mutex_);
  int questions_ GUARDED_BY(mutex_) = 0;  // of_tenant() calls
};

}  // namespace headgate::fakes
