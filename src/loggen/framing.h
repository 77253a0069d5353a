// Lines as bytes: as the program prints them, or as a container runtime writes them to a pod's log file.
#pragma once

#include <cstdint>
#include <string>

#include "loggen/line.h"
#include "loggen/time_text.h"

namespace headgate::loggen {

enum class Framing : std::uint8_t {
  Plain,  // message, newline
  Cri,    // 2025-08-30T11:27:01.56497Z stdout F message, newline; over 16 KiB in fragments P ... P F
};

// CRI as containerd writes it: times as Go's RFC3339Nano, whose last zeros are left out; a message over
// kFragmentBytesMax in fragments of that size, all P but the last
// (https://github.com/containerd/containerd/blob/main/internal/cri/io/logger.go). One thread.
class Framer {
 public:
  explicit Framer(Framing framing) : framing_(framing) {}

  void append(const Line& line, std::string& buffer);

 private:
  void append_cri(const Line& line, std::string& buffer);

  const Framing framing_;
  TimeText time_;
};

}  // namespace headgate::loggen
