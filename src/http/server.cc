#include "http/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "base/json_text.h"
#include "base/log.h"

namespace headgate::http {

namespace {

constexpr int kBacklog = 64;
constexpr std::string_view kMethods = "GET, HEAD";

union SocketAddress {
  sockaddr any;
  sockaddr_in ipv4;
  sockaddr_in6 ipv6;
};

socklen_t fill(const ListenAddress& address, SocketAddress& into) {
  std::memset(&into, 0, sizeof into);
  if (address.is_ipv6()) {
    into.ipv6.sin6_family = AF_INET6;
    into.ipv6.sin6_port = htons(address.port);
    CHECK(::inet_pton(AF_INET6, address.host.c_str(), &into.ipv6.sin6_addr) == 1);
    return sizeof into.ipv6;
  }
  into.ipv4.sin_family = AF_INET;
  into.ipv4.sin_port = htons(address.port);
  CHECK(::inet_pton(AF_INET, address.host.c_str(), &into.ipv4.sin_addr) == 1);
  return sizeof into.ipv4;
}

// A socket that listens at `address`, whose port becomes the one bound. We make it, not libmicrohttpd,
// because only so the caller learns why it failed.
Result<FileDescriptor> listen_at(ListenAddress& address) {
  const std::string where = "cannot listen on " + address.str();
  SocketAddress wanted;
  socklen_t length = fill(address, wanted);
  FileDescriptor socket(::socket(wanted.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return error_from_errno(errno, where);
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.get(), &wanted.any, length) != 0 || ::listen(socket.get(), kBacklog) != 0 ||
      ::getsockname(socket.get(), &wanted.any, &length) != 0)
    return error_from_errno(errno, where);
  address.port = ntohs(address.is_ipv6() ? wanted.ipv6.sin6_port : wanted.ipv4.sin_port);
  return socket;
}

// What libmicrohttpd has to say: mostly that a client went away, so only for who looks closely.
__attribute__((format(printf, 2, 0))) void log_message(void*, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  std::string_view said(text);
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
  log::debug("http_server_notice",
             "The library of the HTTP server reported something, mostly that a client disconnected.",
             {{"text", said}});
}

MHD_Result send(MHD_Connection* connection, const Response& response) {
  // The copy is libmicrohttpd's. It takes the buffer as void* but only reads it.
  MHD_Response* sent = MHD_create_response_from_buffer(
      response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
  if (sent == nullptr) return MHD_NO;  // out of memory: the connection is closed
  MHD_add_response_header(sent, "Content-Type", response.content_type.c_str());
  MHD_add_response_header(sent, "Cache-Control", "no-store");
  MHD_add_response_header(sent, "X-Content-Type-Options", "nosniff");
  if (response.status == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(sent, "Allow", kMethods.data());
  const MHD_Result queued = MHD_queue_response(connection, response.status, sent);
  MHD_destroy_response(sent);
  return queued;
}

}  // namespace

Response error_response(unsigned status, std::string_view what) {
  return Response{.status = status, .body = "{\"error\":" + json_text(what) + "}\n"};
}

struct Server::Callbacks {
  static MHD_Result argument(void* query, MHD_ValueKind, const char* name, const char* value) {
    (*static_cast<std::map<std::string, std::string>*>(query))[name] = value == nullptr ? "" : value;
    return MHD_YES;
  }

  // Called once the headers are read. An answer given now means that a body, if one follows, is not read: the
  // connection is closed after it.
  static MHD_Result request(void* server, MHD_Connection* connection, const char* url, const char* method,
                            const char*, const char*, std::size_t*, void**) {
    Request request{.path = url, .query = {}};
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &argument, &request.query);
    return send(connection, static_cast<const Server*>(server)->answer(method, request));
  }
};

Response Server::answer(std::string_view method, const Request& request) const {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD)
    return error_response(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are served here");
  const auto route = routes_.find(request.path);
  if (route == routes_.end()) return error_response(MHD_HTTP_NOT_FOUND, "no such path");
  return route->second(request);  // libmicrohttpd leaves out the body of an answer to HEAD
}

Result<std::unique_ptr<Server>> Server::open(const ListenAddress& address, Routes routes, Limits limits) {
  ListenAddress bound = address;
  FileDescriptor socket = TRY(listen_at(bound));
  std::unique_ptr<Server> server(new Server(std::move(bound), std::move(routes)));
  // The socket is libmicrohttpd's from here. When the start fails it closes it on some ways out and not on
  // others, so we leave it: the process is about to end, and closing it twice could hit another thread's
  // file.
  const MHD_socket listening = socket.release();
  server->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, nullptr, nullptr,
      &Callbacks::request, server.get(), MHD_OPTION_EXTERNAL_LOGGER, &log_message, nullptr,
      MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_CONNECTION_LIMIT, limits.connections_max,
      MHD_OPTION_THREAD_POOL_SIZE, limits.threads, MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(limits.idle_max.count()), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      limits.connection_bytes_max, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  if (server->daemon_ == nullptr)
    return Error{Fault::Retry, "cannot serve on " + address.str() + ": no threads or memory for it"};
  return server;
}

Server::~Server() {
  if (daemon_ != nullptr) MHD_stop_daemon(static_cast<MHD_Daemon*>(daemon_));
}

}  // namespace headgate::http
