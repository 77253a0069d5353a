// A program by others that serves until its standard input is closed, and says its port on its first line.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "fakes/source_directory.h"

namespace headgate::peers {

inline std::string python() {
  return fakes::source_directory() + "/build/peers/venv/bin/python";
}
inline std::string script(const std::string& name) {
  return fakes::source_directory() + "/tests/peers/" + name;
}

class PeerProcess {
 public:
  explicit PeerProcess(std::vector<std::string> words) {
    int in[2];
    int out[2];
    CHECK(::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0);
    const FileDescriptor its_in(in[0]);
    FileDescriptor its_out(out[1]);
    in_ = FileDescriptor(in[1]);
    const FileDescriptor said(out[0]);

    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    CHECK(::posix_spawn_file_actions_adddup2(&actions, its_in.get(), STDIN_FILENO) == 0);
    CHECK(::posix_spawn_file_actions_adddup2(&actions, its_out.get(), STDOUT_FILENO) == 0);
    if (::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0)
      process_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
    its_out.close();  // so that its early death is an end of file
    read_port(said);
  }
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

  // 0: it did not start.
  int port() const { return port_; }

 private:
  void read_port(const FileDescriptor& said) {
    if (process_ <= 0) return;
    std::string line;
    char byte = 0;
    while (line.size() < 16) {
      const ssize_t count = ::read(said.get(), &byte, 1);
      if (count != 1 || byte == '\n') break;
      line.push_back(byte);
    }
    std::from_chars(line.data(), line.data() + line.size(), port_);
  }

  FileDescriptor in_;
  pid_t process_ = -1;
  int port_ = 0;
};

}  // namespace headgate::peers
