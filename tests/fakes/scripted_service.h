// A service that gives answers in a set order and remembers what it was asked.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "fakes/scripted_server.h"

namespace headgate::fakes {

class ScriptedService {
 public:
  struct Says {
    int status = 200;
    std::string body = "{}";
  };
  struct Asked {
    std::string head;
    std::string body;
    std::string operation;  // of x-amz-target, without the service's prefix
  };
  // One after the other, the last for ever.
  explicit ScriptedService(std::vector<Says> answers) : answers_(std::move(answers)) {}

  std::string url() const { return server_.url(); }
  std::vector<Asked> asked() const {
    const MutexLock lock(mutex_);
    return asked_;
  }
  // "PutLogEvents CreateLogGroup "
  std::string operations() const {
    std::string all;
    for (const Asked& one : asked()) all += one.operation + ' ';
    return all;
  }

 private:
  void answer(const std::string& request, ScriptedServer::Answer& wire) {
    const std::size_t end = request.find("\r\n\r\n");
    Asked asked{.head = request.substr(0, end), .body = request.substr(end + 4), .operation = {}};
    const std::string name = "\r\nX-Amz-Target: ";
    if (const std::size_t at = asked.head.find(name); at != std::string::npos) {
      const std::size_t dot = asked.head.find('.', at);
      asked.operation = asked.head.substr(dot + 1, asked.head.find('\r', dot) - dot - 1);
    }
    Says says;
    {
      const MutexLock lock(mutex_);
      says = answers_[std::min(asked_.size(), answers_.size() - 1)];
      asked_.push_back(std::move(asked));
    }
    wire.json(says.status, says.body);
  }

  const std::vector<Says> answers_;
  mutable Mutex mutex_;
  std::vector<Asked> asked_ GUARDED_BY(mutex_);
  ScriptedServer server_{
      [this](const std::string& request, ScriptedServer::Answer& wire) { answer(request, wire); }};
};

}  // namespace headgate::fakes
