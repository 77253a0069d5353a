// S3 as a test scripts it, for answers that no correct server gives on request.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/s3/s3_store.h"
#include "base/mutex.h"
#include "fakes/s3_client.h"
#include "fakes/scripted_server.h"

namespace headgate::aws {

using Wire = fakes::ScriptedServer::Answer;

// A request that the server received.
struct Asked {
  explicit Asked(const std::string& request)
      : line(request.substr(0, request.find(" HTTP/"))),
        head(request.substr(0, request.find("\r\n\r\n") + 2)),
        body(request.substr(head.size() + 2)) {}
  // Empty if there is no such header.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  bool is(std::string_view start) const { return line.starts_with(start); }

  std::string line;  // the method and target of the request
  std::string head;
  std::string body;
};

inline void say(Wire& wire, int status, const std::string& headers, std::string_view body = "") {
  wire.write("HTTP/1.1 " + std::to_string(status) + " x\r\nConnection: close\r\n" + headers +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}
inline void refuse(Wire& wire, int status, const std::string& code, const std::string& more = "") {
  say(wire, status, "", "<Error><Code>" + code + "</Code>" + more + "</Error>");
}

// A store whose server answers as the test says.
class ScriptedS3 : public testing::Test {
 protected:
  using Script = std::function<void(const Asked& asked, Wire& wire)>;
  void serve(Script script) {
    server_ = std::make_unique<fakes::ScriptedServer>(
        [this, script = std::move(script)](const std::string& request, Wire& wire) {
          const Asked asked(request);
          {
            const MutexLock lock(mutex_);
            asked_.push_back(asked);
          }
          script(asked, wire);
        });
    client_ = std::make_unique<fakes::S3Client>(server_->url());
    open(settings());
  }
  S3Settings settings() { return client_->settings("central"); }
  void open(S3Settings settings) { store_ = client_->store(std::move(settings)); }
  Deadline soon() { return client_->soon(); }
  std::vector<Asked> asked() {
    const MutexLock lock(mutex_);
    return asked_;
  }
  std::vector<std::string> lines() {
    std::vector<std::string> lines;
    for (const Asked& one : asked()) lines.push_back(one.line);
    return lines;
  }
  Result<PutOutcome> put(std::string_view bytes, PutOptions options = {}) {
    return put_object(*store_, key_, bytes, std::move(options), soon());
  }
  Result<std::string> read(std::optional<ByteRange> range = {}) {
    const auto reader = TRY(store_->open_reader(key_, range, soon()));
    std::string text;
    char buffer[4096];
    for (;;) {
      const std::size_t count = TRY(reader->read(buffer));
      if (count == 0) return text;
      text.append(buffer, count);
    }
  }
  static std::string object_headers(const std::string& etag) {
    return "ETag: \"" + etag + "\"\r\nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n";
  }

  const ObjectKey key_{"c/n 1/+%/\xc3\xa9"};
  const std::string path_ = "/central/c/n%201/%2B%25/%C3%A9";
  Mutex mutex_;
  std::vector<Asked> asked_;  // guarded
  std::unique_ptr<fakes::S3Client> client_;
  std::unique_ptr<fakes::ScriptedServer> server_;
  std::unique_ptr<S3Store> store_;
};

}  // namespace headgate::aws
