// Which file is which: rotation renames, compresses, copies and truncates log files, and only their content
// and their names tell what became of them. Pure functions; relation_test.cc is the table of their cases.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collect/tail/pod_log_directory.h"
#include "ports/disk.h"

namespace headgate::collect {

// What a file that was just opened has to do with a file that we know.
enum class Relation : std::uint8_t {
  // Nothing, as far as names and first bytes tell.
  None,
  // It holds nothing that the known file does not hold: reading it would repeat lines.
  Same,
  // It is the known file, gzipped. The known file is read to its end first while it is still open.
  Archive,
  // It is a copy of what the known file held before that was truncated. Reading continues in it.
  Copy,
  // It has the known file's content and is longer, or has the later name. Reading continues in it.
  Continuation,
};

struct KnownFile {
  const LogFileName& name;
  // Up to Fingerprint::kBytesMax of them: as they are now, or of a truncated file as they were before.
  std::string_view first_bytes;
  bool is_truncated = false;
  bool is_missing = false;  // the last listing of its directory did not show it
};
struct OpenedFile {
  const LogFileName& name;
  std::string_view first_bytes;  // up to Fingerprint::kBytesMax of them
};

// `first_bytes` decide, and names settle what they leave open:
// - A copy keeps the number of the container's run, so files of two runs are never related.
// - Of two files with the same content the longer one is read, or else the one with the later name.
//   A copy that is being made, or that nobody finished, is shorter and has an earlier name.
// - A file that is still written may end within a line, so it is not the beginning of an older file.
// - An empty file is related to none.
Relation relation(const KnownFile& known, const OpenedFile& opened);

// What a listing can tell without opening a file.
struct FileIdentity {
  FileId id;
  const LogFileName& name;
  bool is_open = false;
  bool is_truncated = false;  // the listed file is then another one, which is read from its beginning
  std::optional<FileId> archive = {};  // its gzipped copy, where there is one
};
// Whether the listed file is the known one. The inode decides, and of a file that is not open also the name:
// another file may have the inode by now.
bool is_same_file(const FileIdentity& known, const SeenFile& listed);

}  // namespace headgate::collect
