// One HTTP request to a server on loopback, and all it answers, byte for byte.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/check.h"
#include "base/file_descriptor.h"

namespace headgate::peers {

// `request` with head and body. Empty when the server does not listen or says nothing. It is asked to close
// the connection at the answer's end, which says so.
inline std::string forward(int port, std::string request) {
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  const FileDescriptor connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t sent = ::send(connection.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return {};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string answer;
  char bytes[1U << 16U];
  for (ssize_t count = 0; (count = ::recv(connection.get(), bytes, sizeof bytes, 0)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(count));
  return answer;
}

}  // namespace headgate::peers
