// Errors as values. A Result<T> is a T or an Error, and an Error says what the caller should do about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace headgate {

// What the caller should do.
enum class Fault {
  Retry,     // the same call may work later; it may also have worked already
  Denied,    // someone else must act (a tenant's role, a file's mode) before it can work
  NotFound,  // what was named is not there
  Invalid,   // these bytes or this configuration will never do
  Stopped,   // we are leaving; nothing is wrong
};

std::string_view name_of(Fault fault);

// Who has to fix a failure before a delivery to a tenant can succeed.
enum class Blame : std::uint8_t {
  Us,      // we: the central store, the ledger, our own credentials or our memory failed
  Tenant,  // the tenant: its destination, its role, its configuration or its object failed
};

// Context is added from the inside out, once a layer: "checkpoint: /data/x: no space left on device".
struct [[nodiscard]] Error {
  Fault fault = Fault::Retry;
  std::string what;
  // Of Retry: the other side said that it is no use before. 0: it said nothing. Bounded by whoever read it.
  std::chrono::milliseconds retry_after{0};
  // Whoever calls something of our own for a tenant's delivery sets Us (blame_us()), and no caller above
  // takes that back. An error that nobody marked is the destination's: it then counts against one
  // destination, where its breaker limits it. Only who judges a delivery reads this (process/outcome.h,
  // deliver/gate.h).
  Blame blame = Blame::Tenant;

  // The same error with `where` before its words.
  Error in(std::string_view where) &&;
};

// What an error of our own store, ledger or quarantine means for a tenant's delivery: try again (Stopped
// stays Stopped), park nothing, and count nothing against the destination. `where` is put before the words.
// retry_after is dropped, since what our store asks for is no wait for a tenant's destination.
Error blame_us(Error error, std::string_view where);

template <typename T = void>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return Error{...};` are the point of it
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  const Error& error() const& {
    CHECK(!ok());
    return std::get<1>(state_);
  }
  Error error() && {
    CHECK(!ok());
    return std::get<1>(std::move(state_));
  }
  T& value() & {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T value() && {
    CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : failed_(true), error_(std::move(error)) {}

  bool ok() const { return !failed_; }
  const Error& error() const& {
    CHECK(failed_);
    return error_;
  }
  Error error() && {
    CHECK(failed_);
    return std::move(error_);
  }
  void value() const { CHECK(!failed_); }

 private:
  bool failed_ = false;
  Error error_;
};

// An Error made of the errno that a system call left: ENOENT is NotFound, EACCES/EPERM/EROFS Denied,
// EINVAL/ENAMETOOLONG/ENOTDIR/EISDIR/ELOOP Invalid, everything else (ENOSPC, EIO, EMFILE ...) Retry.
Error error_from_errno(int error_number, std::string_view where);

}  // namespace headgate

// The value of a Result, or return its error from the function around. GNU statement expressions: g++ and
// clang.
#define TRY(expression)                                           \
  __extension__({                                                 \
    auto try_result_ = (expression);                              \
    if (!try_result_.ok()) return std::move(try_result_).error(); \
    std::move(try_result_).value();                               \
  })

// As TRY, with `where` put before the error's words.
#define TRY_IN(where, expression)                                           \
  __extension__({                                                           \
    auto try_result_ = (expression);                                        \
    if (!try_result_.ok()) return std::move(try_result_).error().in(where); \
    std::move(try_result_).value();                                         \
  })
