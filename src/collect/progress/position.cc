#include "collect/progress/position.h"

#include <algorithm>
#include <tuple>

#include "collect/progress/words.h"
#include "model/compression/checksum.h"

namespace headgate::collect {

std::uint64_t FilePosition::lowest_offset() const {
  return std::min(streams[0].offset, streams[1].offset);
}

FilePosition furthest(const FilePosition& left, const FilePosition& right) {
  const auto how_far = [](const StreamPosition& position) {
    return std::tuple(position.offset, position.bytes_taken);
  };
  FilePosition furthest = left;
  for (std::size_t stream = 0; stream < furthest.streams.size(); ++stream) {
    StreamPosition& here = furthest.streams[stream];
    if (how_far(here) < how_far(right.streams[stream])) here = right.streams[stream];
  }
  return furthest;
}

Fingerprint Fingerprint::of(std::string_view first_bytes) {
  const std::string_view hashed = first_bytes.substr(0, kBytesMax);
  return {.bytes = static_cast<std::uint32_t>(hashed.size()), .hash = fnv1a_64(hashed)};
}

bool Fingerprint::fits(std::string_view first_bytes) const {
  return bytes == 0 || (first_bytes.size() >= bytes && fnv1a_64(first_bytes.substr(0, bytes)) == hash);
}

void append_line(std::string& text, const CoveredFile& file) {
  const auto add = [&text](std::uint64_t number) {
    text.push_back(' ');
    text += std::to_string(number);
  };
  text += "file";
  add(file.id.device);
  add(file.id.inode);
  add(file.fingerprint.bytes);
  add(file.fingerprint.hash);
  for (const StreamPosition& position : file.position.streams) {
    add(position.offset);
    add(position.bytes_taken);
    add(position.parts_taken);
  }
  text.push_back(' ');
  append_word(text, file.path);
  add(file.begin.bytes);
  add(file.begin.hash);
  add(file.end_offset);
  add(file.end.bytes);
  add(file.end.hash);
  for (const Timestamp& until : file.until) {
    text.push_back(' ');
    text += std::to_string(until.nanoseconds);
  }
  text.push_back('\n');
}

Result<CoveredFile> parse_covered_file(std::string_view line) {
  if (TRY(take_word(line)) != "file") return Error{Fault::Invalid, "not a file line"};
  CoveredFile file;
  file.id.device = TRY_IN("device", take_number<std::uint64_t>(line));
  file.id.inode = TRY_IN("inode", take_number<std::uint64_t>(line));
  file.fingerprint.bytes = TRY_IN("fingerprint bytes", take_number<std::uint32_t>(line));
  file.fingerprint.hash = TRY_IN("fingerprint hash", take_number<std::uint64_t>(line));
  for (StreamPosition& position : file.position.streams) {
    position.offset = TRY_IN("offset", take_number<std::uint64_t>(line));
    position.bytes_taken = TRY_IN("bytes taken", take_number<std::uint64_t>(line));
    position.parts_taken = TRY_IN("parts taken", take_number<std::uint32_t>(line));
  }
  const std::string_view path = TRY_IN("path", take_word(line));
  file.path = TRY_IN("path", decode_word(path));
  if (line.empty()) return file;  // of version 1
  file.begin.bytes = TRY_IN("begin bytes", take_number<std::uint32_t>(line));
  file.begin.hash = TRY_IN("begin hash", take_number<std::uint64_t>(line));
  file.end_offset = TRY_IN("end offset", take_number<std::uint64_t>(line));
  file.end.bytes = TRY_IN("end bytes", take_number<std::uint32_t>(line));
  file.end.hash = TRY_IN("end hash", take_number<std::uint64_t>(line));
  for (Timestamp& until : file.until) until.nanoseconds = TRY_IN("until", take_number<std::int64_t>(line));
  if (!line.empty()) return Error{Fault::Invalid, "words after the times"};
  if (file.end.bytes > CoveredFile::kEndBytesMax || file.end.bytes > file.end_offset)
    return Error{Fault::Invalid, "end: more bytes than there can be"};
  return file;
}

}  // namespace headgate::collect
