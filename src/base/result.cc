#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace headgate {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::Retry:
      return "retry";
    case Fault::Denied:
      return "denied";
    case Fault::NotFound:
      return "not-found";
    case Fault::Invalid:
      return "invalid";
    case Fault::Stopped:
      return "stopped";
  }
  CHECK(false);
}

Error Error::in(std::string_view where) && {
  what.insert(0, ": ").insert(0, where);
  return std::move(*this);
}

Error blame_us(Error error, std::string_view where) {
  if (error.fault != Fault::Stopped) error.fault = Fault::Retry;
  error.retry_after = {};
  error.blame = Blame::Us;
  return std::move(error).in(where);
}

Error error_from_errno(int error_number, std::string_view where) {
  Fault fault = Fault::Retry;
  switch (error_number) {
    case ENOENT:
      fault = Fault::NotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      fault = Fault::Denied;
      break;
    case EINVAL:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      fault = Fault::Invalid;
      break;
    default:
      break;
  }
  std::string words(where);
  words += ": ";
  words += std::generic_category().message(error_number);
  return Error{fault, std::move(words)};
}

}  // namespace headgate
