// A process of its own, to be killed at an instant of the test's choice, or to have limits of its own.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "fakes/waiting.h"

namespace headgate::conformance {

// What the child tells its parent: that it came to some point.
class Reports {
 public:
  explicit Reports(int descriptor) : descriptor_(descriptor) {}
  void report(char what = '.') const { CHECK(::write(descriptor_, &what, 1) == 1); }

 private:
  int descriptor_;
};

class ChildProcess {
 public:
  // Runs `work(reports)`, whose int is the exit code, in a forked process. Call it while the test has no
  // other threads.
  template <typename Work>
  explicit ChildProcess(Work work) {
    int ends[2];
    CHECK(::pipe(ends) == 0);
    read_end_ = FileDescriptor(ends[0]);
    FileDescriptor write_end(ends[1]);
    process_ = ::fork();
    CHECK(process_ >= 0);
    if (process_ == 0) ::_exit(work(Reports(write_end.get())));
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (process_ > 0) kill();
  }

  // The next report; 0 when the child has ended, or says nothing for a minute.
  char await_report() {
    pollfd ready{.fd = read_end_.get(), .events = POLLIN, .revents = 0};
    int readable = 0;
    do {
      readable = ::poll(&ready, 1, 60'000);
    } while (readable < 0 && errno == EINTR);
    if (readable != 1) return '\0';
    char what = 0;
    ssize_t taken = 0;
    do {
      taken = ::read(read_end_.get(), &what, 1);
    } while (taken < 0 && errno == EINTR);
    return taken == 1 ? what : '\0';
  }
  void kill() {
    CHECK(::kill(process_, SIGKILL) == 0);
    wait();
  }
  // Its exit code; -1 when a signal ended it. A child that has not ended within a minute is killed.
  int wait() {
    int status = 0;
    const auto has_ended = [&] {
      const pid_t ended = ::waitpid(process_, &status, WNOHANG);
      CHECK(ended >= 0 || errno == EINTR);
      return ended == process_;
    };
    if (!fakes::comes_true(has_ended)) {
      ADD_FAILURE() << "a child process has not ended within a minute";
      CHECK(::kill(process_, SIGKILL) == 0);
      while (::waitpid(process_, &status, 0) < 0) CHECK(errno == EINTR);
    }
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  FileDescriptor read_end_;
  pid_t process_ = -1;
};

// From here on this process's files cannot grow beyond that: writing more fails as on a full disk. 0 undoes
// it.
inline void limit_file_bytes(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit {};
  CHECK(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
  CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

}  // namespace headgate::conformance
