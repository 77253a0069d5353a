// SIGINT and SIGTERM as a stop_token.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace headgate::cli {

// Make one before any other thread: it blocks both signals for the thread that makes it and those started
// later, and waits for them in a thread of its own. The first asks to stop; the second ends the process at
// once, for the case that a write hangs on a reader that does not read. SIGPIPE is ignored from then on:
// writers see EPIPE.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  ~StopSignals();

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait(const std::stop_token& gone);

  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace headgate::cli
