// A Kubernetes API server and etcd as others wrote them, of one test alone: it can be stopped, started again
// on its port, and made to forget its past.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "conformance/scratch_folder.h"
#include "local/system_clock.h"
#include "net/http_client.h"
#include "peers/peer_process.h"

namespace headgate::peers {

// One thread.
class KubeCluster {
 public:
  KubeCluster() : held_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    hold_port();
    etcd_ = serve({"etcd", folder_.path()});
    if (etcd_->port() != 0) start_api();
    if (is_up()) client_ = net::HttpClient::open(library_, clock_, {.ca_file = ca_file()}).value();
  }

  // False: it did not start; what it said is on stderr.
  bool is_up() const { return api_ != nullptr && api_->port() != 0; }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  std::string ca_file() const { return folder_.at("ca.pem"); }
  std::string other_ca_file() const { return folder_.at("other-ca.pem"); }  // vouches for nothing here

  void stop_api() { api_.reset(); }
  // What it knew is still in etcd. Flags are kube-apiserver's, beside those it always has.
  void start_api(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> words = {"api", folder_.path(), std::to_string(etcd_->port()),
                                      std::to_string(port_)};
    words.insert(words.end(), flags.begin(), flags.end());
    api_ = serve(std::move(words));
  }

  // As an administrator who may do anything. The answer's body.
  std::string ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    const std::string_view type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
    const Result<net::HttpResponse> response =
        send({.method = method,
              .url = url() + path,
              .headers = {{"Content-Type", std::string(type)},
                          {"Authorization", "Bearer " + text_of(folder_.at("admin.token"))}},
              .body = body});
    if (!response.ok() || !response->is_success()) {
      ADD_FAILURE() << method << ' ' << path << ": "
                    << (response.ok() ? response->body : response.error().what);
      return {};
    }
    return response->body;
  }
  // The status that a bearer of this token is answered with; 0 when there was no answer.
  int status_for(const std::string& token, const std::string& path) {
    const Result<net::HttpResponse> response =
        send({.url = url() + path, .headers = {{"Authorization", "Bearer " + token}}});
    return response.ok() ? response->status : 0;
  }
  // Etcd forgets all that was before now, as it does every five minutes in a cluster's life.
  void compact() {
    const std::string etcd = "http://127.0.0.1:" + std::to_string(etcd_->port());
    const Result<net::HttpResponse> now =
        send({.method = "POST", .url = etcd + "/v3/kv/range", .body = R"({"key":"AA=="})"});
    ASSERT_TRUE(now.ok() && now->is_success()) << (now.ok() ? now->body : now.error().what);
    const std::string body =
        R"({"physical":true,"revision":")" + text_after(now->body, R"("revision":")") + "\"}";
    const Result<net::HttpResponse> done =
        send({.method = "POST", .url = etcd + "/v3/kv/compaction", .body = body});
    ASSERT_TRUE(done.ok() && done->is_success()) << (done.ok() ? done->body : done.error().what);
  }

  // What stands between `before` and the next quotation mark.
  static std::string text_after(const std::string& json, const std::string& before) {
    const std::size_t at = json.find(before);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + before.size();
    return json.substr(begin, json.find('"', begin) - begin);
  }

 private:
  // Ours for as long as we live, whether the server does or not: it shares ports (SO_REUSEPORT), and a socket
  // that does not listen takes no connection from it.
  void hold_port() {
    const int yes = 1;
    CHECK(::setsockopt(held_.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CHECK(::bind(held_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    CHECK(::getsockname(held_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  static std::unique_ptr<PeerProcess> serve(std::vector<std::string> words) {
    std::vector<std::string> all = {"/usr/bin/python3", "-B", script("kube_apiserver.py")};
    all.insert(all.end(), words.begin(), words.end());
    return std::make_unique<PeerProcess>(std::move(all));
  }
  static std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  Result<net::HttpResponse> send(const net::HttpRequest& request) {
    return client_->send(request, {.deadline = Deadline::after(clock_.steady(), std::chrono::seconds(30))});
  }

  conformance::ScratchFolder folder_;  // outlives those who write into it
  FileDescriptor held_;
  int port_ = 0;
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<PeerProcess> etcd_;
  std::unique_ptr<PeerProcess> api_;
};

}  // namespace headgate::peers
