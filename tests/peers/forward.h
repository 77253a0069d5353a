// One HTTP request to a server on loopback, and all it answers, byte for byte.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace headgate::peers {

// Sends `request` as it is on a connection of its own, and gives what comes back until the server closes
// that.
template <typename Take>
void exchange(int port, std::string_view request, Take take) {
  const FileDescriptor connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  while (!request.empty()) {
    const ssize_t sent = ::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  char bytes[1U << 16U];
  for (ssize_t count = 0; (count = ::recv(connection.get(), bytes, sizeof bytes, 0)) > 0;)
    take(std::string_view(bytes, static_cast<std::size_t>(count)));
}

// Asks the server to close the connection at the answer's end. Empty when it does not listen or says nothing.
inline std::string forward(int port, std::string request) {
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  std::string answer;
  exchange(port, request, [&](std::string_view bytes) { answer += bytes; });
  return answer;
}

}  // namespace headgate::peers
