// How many messages a worker may take: by the bytes of the objects they stand for, not by a fixed number, and
// so that no tenant's backlog fills it.
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

  // Messages to ask for, at most `count_max`; by the size of those that came lately. One at least when
  // nothing is held: an object over the limit has to be taken too.
  std::size_t count(std::size_t count_max) const;
  // So few that each tenant has a share for all of them; none while a tenant has used up its share. By bytes
  // it is an estimate.
  std::size_t count_for_anyone(std::size_t count_max) const;
  // A tenant may take more while it holds less than is left: alone it gets half of the room, two get a third
  // each, and however many there are, something is left for the next one.
  bool has_share_for(const TenantId& tenant) const;
  // What a message counts as: its body, which is held, and its objects. The sizes of those are what the
  // sender says, so a message never counts as more than an eighth of the room for them: no number that
  // someone writes keeps the others out.
  std::uint64_t charge(std::uint64_t object_bytes, std::size_t body_bytes) const;
  // `bytes`: of charge(), the same number for both.
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
