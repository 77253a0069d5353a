#include "cli/stop_signals.h"

#include <pthread.h>

#include <unistd.h>

#include "base/check.h"

namespace headgate::cli {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  CHECK(pthread_sigmask(SIG_BLOCK, &signals_, &before_) == 0);
  std::signal(SIGPIPE, SIG_IGN);
  waiter_ = std::jthread([this](const std::stop_token& gone) { wait(gone); });
}

StopSignals::~StopSignals() {
  waiter_.request_stop();
  pthread_kill(waiter_.native_handle(), SIGINT);  // wakes it, and no one else: only it waits for signals
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::wait(const std::stop_token& gone) {
  ::pthread_setname_np(::pthread_self(), "signals");
  while (!gone.stop_requested()) {
    const int signal = sigwaitinfo(&signals_, nullptr);
    if (signal < 0 || gone.stop_requested()) continue;
    if (source_.stop_requested()) _exit(128 + signal);
    source_.request_stop();
  }
}

}  // namespace headgate::cli
