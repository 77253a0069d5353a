#include "aws/credentials/program_output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/file_descriptor.h"

namespace headgate::aws {
namespace {

// A started program. The destructor kills it and its process group if it has not ended.
class Child {
 public:
  explicit Child(pid_t process) : process_(process) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  // The exit status once the program has ended.
  std::optional<int> ended() {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
    process_ = 0;
    return status;
  }

 private:
  pid_t process_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

Result<pid_t> start(const Program& program, const FileDescriptor& output) {
  std::vector<std::string> words = program.words;
  std::vector<std::string> variables;
  variables.reserve(program.environment.size());
  for (const auto& [name, value] : program.environment)
    variables.emplace_back(name).append("=").append(value);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (::posix_spawn_file_actions_init(&actions) != 0 || ::posix_spawnattr_init(&attributes) != 0)
    return Error{Fault::Retry, "out of memory"};
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  pid_t process = 0;
  const int failed = ::posix_spawnp(&process, words[0].c_str(), &actions, &attributes, pointers(words).data(),
                                    pointers(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Error{Fault::Denied, words[0] + ": cannot be started"};
  return process;
}

}  // namespace

Result<std::string> output_of(const Program& program, const Clock& clock, Deadline deadline) {
  constexpr int kLookMs = 50;  // poll() cannot wait for our clock's deadline, so we look at it this often
  CHECK(!program.words.empty());
  const std::string& name = program.words[0];
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return error_from_errno(errno, name);
  const FileDescriptor said(ends[0]);
  FileDescriptor its_end(ends[1]);
  Child child(TRY(start(program, its_end)));
  its_end.close();

  std::string output;
  std::optional<int> status;
  bool is_open = true;
  while (is_open || !status) {
    if (deadline.passed(clock.steady())) return Error{Fault::Retry, name + ": did not end in time"};
    pollfd waited{.fd = is_open ? said.get() : -1, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, kLookMs) < 0 && errno != EINTR) return error_from_errno(errno, name);
    if (!status) status = child.ended();
    // A program that it left behind may keep the pipe open. We read only what is in the pipe by now.
    if (status && waited.revents == 0) break;
    if (waited.revents == 0) continue;
    char bytes[4096];
    const ssize_t count = ::read(said.get(), bytes, sizeof bytes);
    if (count < 0 && errno != EINTR) return error_from_errno(errno, name);
    if (count == 0) is_open = false;
    if (count > 0) output.append(bytes, static_cast<std::size_t>(count));
    if (output.size() > program.output_bytes_max)
      return Error{Fault::Invalid, name + ": printed more than is allowed"};
  }
  if (!WIFEXITED(*status)) return Error{Fault::Denied, name + ": was ended by a signal"};
  if (WEXITSTATUS(*status) != 0)
    return Error{Fault::Denied, name + ": ended with status " + std::to_string(WEXITSTATUS(*status))};
  return output;
}

Result<std::vector<std::string>> words_of_command(std::string_view line) {
  std::vector<std::string> words;
  bool is_word = false;
  char quote = '\0';
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char byte = line[at];
    const bool is_space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (quote == '\0' && is_space) {
      is_word = false;
      continue;
    }
    if (!is_word) words.emplace_back();
    is_word = true;
    const char next = at + 1 < line.size() ? line[at + 1] : '\0';
    const bool is_escape = byte == '\\' && quote != '\'' && (quote == '\0' || next == '"' || next == '\\');
    if (byte == '\0' || (is_escape && next == '\0'))
      return Error{Fault::Invalid, "the command ends after a backslash"};
    if (is_escape) {
      words.back().push_back(next);
      ++at;
    } else if (quote == '\0' && (byte == '\'' || byte == '"')) {
      quote = byte;
    } else if (quote != '\0' && byte == quote) {
      quote = '\0';
    } else {
      words.back().push_back(byte);
    }
  }
  if (quote != '\0') return Error{Fault::Invalid, "a quote is not closed"};
  if (words.empty() || words[0].empty()) return Error{Fault::Invalid, "the command is empty"};
  return words;
}

}  // namespace headgate::aws
