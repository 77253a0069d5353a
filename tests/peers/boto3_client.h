// AWS's Python SDK, asked one operation after the other: it reads what we wrote and writes what we read.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <simdjson.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "fakes/aws_fixture.h"
#include "peers/peer_process.h"

namespace headgate::peers {

// One thread.
class Boto3Client {
 public:
  explicit Boto3Client(const std::string& url, const std::string& access_key = fakes::AwsFixture::kAccessKey,
                       const std::string& secret_key = fakes::AwsFixture::kSecretKey) {
    int in[2];
    int out[2];
    CHECK(::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0);
    const FileDescriptor its_in(in[0]);
    const FileDescriptor its_out(out[1]);
    in_ = FileDescriptor(in[1]);
    out_ = FileDescriptor(out[0]);
    std::vector<std::string> words{python(), "-B", script("boto3_client.py"), url, access_key, secret_key};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    CHECK(::posix_spawn_file_actions_adddup2(&actions, its_in.get(), STDIN_FILENO) == 0);
    CHECK(::posix_spawn_file_actions_adddup2(&actions, its_out.get(), STDOUT_FILENO) == 0);
    CHECK(::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  Boto3Client(const Boto3Client&) = delete;
  Boto3Client& operator=(const Boto3Client&) = delete;
  ~Boto3Client() {
    in_.close();
    ::waitpid(process_, nullptr, 0);
  }

  // What boto3 returned, without ResponseMetadata, valid until the next call; {"error": code} when AWS
  // refused.
  simdjson::dom::object call(const std::string& service, const std::string& operation,
                             const std::string& parameters) {
    const std::string line = "[\"" + service + "\",\"" + operation + "\"," + parameters + "]\n";
    for (std::size_t done = 0; done < line.size();) {
      const ssize_t count = ::write(in_.get(), line.data() + done, line.size() - done);
      CHECK(count > 0);  // no boto3: run tools/peers.sh
      done += static_cast<std::size_t>(count);
    }
    said_.clear();
    while (!said_.ends_with('\n')) {
      char chunk[65536];
      const ssize_t count = ::read(out_.get(), chunk, sizeof chunk);
      CHECK(count > 0);
      said_.append(chunk, static_cast<std::size_t>(count));
    }
    simdjson::dom::object object;
    CHECK(parser_.parse(said_).get(object) == simdjson::SUCCESS);
    return object;
  }
  const std::string& said() const { return said_; }

 private:
  FileDescriptor in_;
  FileDescriptor out_;
  pid_t process_ = -1;
  std::string said_;
  simdjson::dom::parser parser_;
};

}  // namespace headgate::peers
