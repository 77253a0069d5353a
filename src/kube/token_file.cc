#include "kube/token_file.h"
#include "ports/whole_file.h"

#include <algorithm>

namespace headgate::kube {

Result<std::string> TokenFile::token() {
  if (path_.empty()) return std::string();
  const SteadyTime now = clock_.steady();
  if (!token_.empty() && !is_refused_ && now - read_at_ < kReadEvery) return token_;
  Result<std::string> fresh = read();
  if (!fresh.ok()) {
    if (token_.empty()) return std::move(fresh).error().in("token");
    return token_;
  }
  token_ = *fresh;
  read_at_ = now;
  is_refused_ = false;
  return token_;
}

Result<std::string> TokenFile::read() {
  std::string text = TRY(read_whole_file(disk_, path_, kBytesMax));
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  if (text.empty()) return Error{Fault::Retry, path_ + ": empty"};
  const bool is_sound =
      std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
  if (!is_sound) return Error{Fault::Invalid, path_ + ": contains no token"};
  return text;
}

}  // namespace headgate::kube
