// POSIX calls on files. Every error names the file, interrupted calls are repeated, and short writes are
// continued.
// Tests: src/local/posix_disk_test.cc
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "ports/disk.h"

namespace headgate::local {

constexpr mode_t kFileMode = 0640;       // other users may not read logs
constexpr mode_t kDirectoryMode = 0750;  //

// Always adds O_CLOEXEC.
Result<FileDescriptor> open_file(const std::string& path, int flags);
// Writes all of `bytes`. After an error, what was written before stays.
Result<> write_all(int descriptor, std::string_view bytes, const std::string& path);
// Returns 0 at or beyond the end.
Result<std::size_t> read_at(int descriptor, std::uint64_t offset, std::span<char> into,
                            const std::string& path);
// Reads a whole file. Fault::Invalid if it is longer than `bytes_max`.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
Result<struct stat> stat_of(int descriptor, const std::string& path);

// The entries except "." and "..", in no order. A link is Other if it is not followed or its target does not
// exist.
enum class Links : std::uint8_t { Follow, Ignore };
Result<std::vector<DirectoryEntry>> list_directory(const std::string& path, Links links);
// As list_directory(), for a directory that is open for reading; `path` is for its errors.
Result<std::vector<DirectoryEntry>> list_open_directory(FileDescriptor opened, const std::string& path,
                                                        Links links);

// Waits for an exclusive flock(2). It ends when the descriptor is closed, also if the process is killed.
Result<> lock_file(int descriptor, const std::string& path);

// Syncs a file. After an error, give the file up: the kernel may have dropped the unwritten pages and
// forgotten the error, so a second sync proves nothing (https://lwn.net/Articles/752063/).
Result<> sync_file(int descriptor, const std::string& path);
Result<> sync_directory(const std::string& path);

// Creates the directory and the missing ones above it. Fault::Invalid if one of them is not a directory.
enum class Syncing : std::uint8_t { No, Yes };
Result<> make_directories(const std::string& path, Syncing syncing);
// The parent: "/a/b" for "/a/b/c", "." for "c", "/" for "/c".
std::string parent_of(const std::string& path);

}  // namespace headgate::local
