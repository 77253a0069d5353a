// How many messages a worker may hold at once. The limit counts the bytes of the objects that the messages
// name, and keeps a part free for other tenants, so that no tenant's backlog uses all of it.
// Tests: src/process/fair_scheduler_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "model/names.h"

namespace headgate::process {

// One thread at a time. Pure.
class InFlightBudget {
 public:
  struct Options {
    std::uint64_t bytes_max = 256ULL << 20U;  // of objects, as stored, that are held at once
    std::size_t messages_max = 256;
  };
  explicit InFlightBudget(Options options) : options_(options) {}

  // How many messages may be requested, at most `count_max`. The byte part uses the recent average size. It
  // is at least 1 while nothing is held, so that an object larger than the limit is taken too.
  std::size_t count(std::size_t count_max) const;
  // How many messages may be requested so that they fit whichever tenant they belong to. It is 0 while any
  // tenant is at its limit. The byte part uses the recent average size.
  std::size_t count_for_anyone(std::size_t count_max) const;
  // True while the tenant holds less than is free. One tenant alone gets half of the budget, two get a third
  // each, and however many there are, a part stays free for the next one.
  bool has_share_for(const TenantId& tenant) const;
  // The bytes that a message counts for: its body, and the objects that it names. The sender states the size
  // of the objects, so they never count for more than an eighth of the budget. A false size cannot keep
  // others out.
  std::uint64_t charge(std::uint64_t object_bytes, std::size_t body_bytes) const;
  // `bytes` comes from charge(). Both calls get the same number.
  void take(const TenantId& tenant, std::uint64_t bytes);
  void give_back(const TenantId& tenant, std::uint64_t bytes);
  std::size_t messages() const { return all_.messages; }
  std::uint64_t bytes() const { return all_.bytes; }

 private:
  struct Held {
    std::size_t messages = 0;
    std::uint64_t bytes = 0;
  };
  Held left() const;
  static bool is_less(const Held& held, const Held& left);

  const Options options_;
  Held all_;
  std::map<TenantId, Held> held_;     // of those who hold anything
  double average_bytes_ = 1U << 20U;  // of a message, moving
};

}  // namespace headgate::process
