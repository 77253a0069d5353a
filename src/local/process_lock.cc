#include "local/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/log.h"
#include "local/posix_file.h"
#include "model/text/format_title.h"
#include "model/time/timestamp.h"

namespace headgate::local {
namespace {

constexpr std::string_view kTitle = "headgate-data";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kBytesMax = 1024;
constexpr std::chrono::milliseconds kLookAgain{100};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// The content of the file, made printable because it is shown on a terminal.
std::string printable_text(int descriptor, const std::string& path) {
  std::array<char, kBytesMax> bytes{};
  const Result<std::size_t> taken = read_at(descriptor, 0, bytes, path);
  std::string text(bytes.data(), taken.ok() ? *taken : 0);
  std::replace_if(
      text.begin(), text.end(), [](char byte) { return byte != '\n' && (byte < ' ' || byte > '~'); }, '?');
  return text;
}

// The lines after the title as text: "pid 7, host web-1, ...".
std::string holder_in(const std::string& text) {
  std::string holder;
  std::size_t at = std::min(text.find('\n'), text.size());
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at + 1), text.size());
    if (end > at + 1) holder += (holder.empty() ? "" : ", ") + text.substr(at + 1, end - at - 1);
    at = end;
  }
  return holder.empty() ? "the lock file does not say which" : holder;
}

// Whether the file at `path` is still the one that we have open; otherwise our lock protects nothing.
bool is_still(int descriptor, const std::string& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

Result<bool> try_lock(int descriptor, const std::string& path) {
  int outcome = 0;
  do {
    outcome = ::flock(descriptor, LOCK_EX | LOCK_NB);
  } while (outcome != 0 && errno == EINTR);
  if (outcome == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return error_from_errno(errno, path + ": cannot be locked");
}

Result<> refuse_newer(int descriptor, const std::string& path) {
  const std::string text = printable_text(descriptor, path);
  const auto version = version_in_title(std::string_view(text).substr(0, text.find('\n')), kTitle, kVersion);
  if (!version.ok() && version.error().fault == Fault::Denied) return Error(version.error()).in(path);
  return {};
}

// Errors are ignored: a full disk must not keep an agent from emptying its spool.
void write_holder(int descriptor, Clock& clock, const std::string& version) {
  const std::string text = std::string(kTitle) + ' ' + std::to_string(kVersion) + "\npid " +
                           std::to_string(::getpid()) + "\nhost " + host_name() + "\nversion " + version +
                           "\nsince " + to_rfc3339(clock.now()) + '\n';
  const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
  const bool is_cut = written == static_cast<ssize_t>(text.size()) &&
                      ::ftruncate(descriptor, static_cast<off_t>(text.size())) == 0;
  if (!is_cut)
    log::debug("lock_holder_not_written",
               "The name of the process that holds a lock could not be written to the lock file.");
}

}  // namespace

Result<ProcessLock> ProcessLock::take(Clock& clock, const std::string& path, const Options& options,
                                      const std::stop_token& stop) {
  const SteadyTime until = clock.steady() + options.wait_max;
  bool has_told = false;
  while (true) {
    FileDescriptor file = TRY(open_file(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW));
    if (TRY(try_lock(file.get(), path))) {
      if (!is_still(file.get(), path)) continue;  // somebody has just removed or replaced it
      TRY(refuse_newer(file.get(), path));
      write_holder(file.get(), clock, options.version);
      return ProcessLock(std::move(file));
    }
    const std::string holder = holder_in(printable_text(file.get(), path));
    if (clock.steady() >= until) {
      return Error{Fault::Retry,
                   path + ": another headgate uses it (" + holder +
                       "): two would lose and duplicate lines; stop the other one, or give this one "
                       "a directory of its own"};
    }
    if (!std::exchange(has_told, true))
      log::warn("directory_lock_awaited",
                "Another Headgate process uses this directory. This process waits until it ends. Two must "
                "never share a directory.",
                {{"lock", path}, {"holder", holder}});
    if (clock.sleep(kLookAgain, stop)) return Error{Fault::Stopped, path + ": stopped while it waited"};
  }
}

}  // namespace headgate::local
