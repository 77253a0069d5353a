// The central buckets: the one that agents write to and quarantine is in, and what else objects are read
// from.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "ports/object_store.h"

namespace headgate::process {

// Any thread, as the stores, which outlive it. No two are of one bucket.
class CentralStores {
 public:
  // Not explicit: one bucket is nearly every installation, and every test.
  CentralStores(ObjectStore& only) : all_{&only} {}  // NOLINT(google-explicit-constructor)
  CentralStores(ObjectStore& first, const std::vector<ObjectStore*>& others) : all_{&first} {
    for (ObjectStore* other : others) {
      CHECK(of(other->bucket()) == nullptr);
      all_.push_back(other);
    }
  }

  ObjectStore& first() const { return *all_.front(); }
  // Null: the bucket is none of ours.
  ObjectStore* of(const BucketName& bucket) const {
    for (ObjectStore* store : all_) {
      if (store->bucket() == bucket) return store;
    }
    return nullptr;
  }
  const std::vector<ObjectStore*>& all() const { return all_; }
  // Those of these names, in the same order: the first one may be for writing alone.
  std::vector<ObjectStore*> named(const std::set<BucketName>& names) const {
    std::vector<ObjectStore*> stores;
    for (ObjectStore* store : all_) {
      if (names.contains(store->bucket())) stores.push_back(store);
    }
    return stores;
  }

 private:
  std::vector<ObjectStore*> all_;
};

}  // namespace headgate::process
