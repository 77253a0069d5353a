// The POSIX calls that our files are made of, with the file named in every error: interrupted calls are
// repeated, short writes continued.
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

constexpr mode_t kFileMode = 0640;       // logs are nobody else's business
constexpr mode_t kDirectoryMode = 0750;  //

// O_CLOEXEC is always added.
Result<FileDescriptor> open_file(const std::string& path, int flags);
// All of `bytes` or an error; what was written before the error stays.
Result<> write_all(int descriptor, std::string_view bytes, const std::string& path);
// 0 at or beyond the end.
Result<std::size_t> read_at(int descriptor, std::uint64_t offset, std::span<char> into,
                            const std::string& path);
// A file of at most `bytes_max`; longer is Invalid.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
Result<struct stat> stat_of(int descriptor, const std::string& path);

// The entries but "." and "..", unsorted. A link that is not followed, or leads nowhere, is Other.
enum class Links : std::uint8_t { Follow, Ignore };
Result<std::vector<DirectoryEntry>> list_directory(const std::string& path, Links links);
// The same of a directory that was opened to be read; `path` is for its errors.
Result<std::vector<DirectoryEntry>> list_open_directory(FileDescriptor opened, const std::string& path,
                                                        Links links);

// An exclusive flock(2): waits for it. It goes with the descriptor, also when the process is killed.
Result<> lock_file(int descriptor, const std::string& path);

// After an error the kernel may have dropped the dirty pages and forgotten it: the file is given up, a second
// sync proves nothing (https://lwn.net/Articles/752063/).
Result<> sync_file(int descriptor, const std::string& path);
Result<> sync_directory(const std::string& path);

// The directory and those above it that are missing. Invalid when one of them is something else.
enum class Syncing : std::uint8_t { No, Yes };
Result<> make_directories(const std::string& path, Syncing syncing);
// "/a/b" of "/a/b/c"; "." of "c"; "/" of "/c".
std::string parent_of(const std::string& path);

}  // namespace headgate::local
