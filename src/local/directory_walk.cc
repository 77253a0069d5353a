#include "local/directory_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "local/object_path.h"
#include "local/posix_file.h"

namespace headgate::local {
namespace {

class Walk {
 public:
  Walk(const std::string& folder, std::string_view prefix, const ObjectKey& after, std::size_t wanted)
      : folder_(folder), prefix_(prefix), after_(after.view()), wanted_(wanted) {}

  // `path` is "" or ends in a slash. The recursion is as deep as a key has slashes.
  Result<> visit(const std::string& path) {
    Result<std::vector<DirectoryEntry>> listed = list_directory(folder_ + '/' + path, Links::Ignore);
    if (!listed.ok()) {
      const Fault fault = listed.error().fault;
      // Folders may be deleted while we walk, and a prefix may lead through a file: there are no keys there.
      if ((fault == Fault::NotFound || fault == Fault::Invalid) && !path.empty()) return {};
      return std::move(listed).error();
    }
    std::vector<std::string> names;
    for (DirectoryEntry& entry : *listed) {
      if (!is_path_segment(entry.name) || entry.kind == EntryKind::Other) continue;
      // With a slash at its end, a folder is sorted where its keys belong.
      if (entry.kind == EntryKind::Directory) entry.name += '/';
      if (is_wanted(path + entry.name)) names.push_back(std::move(entry.name));
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (keys_.size() >= wanted_) return {};
      if (name.ends_with('/')) {
        TRY(visit(path + name));
      } else {
        keys_.emplace_back(path + name);
      }
    }
    return {};
  }

  std::vector<ObjectKey>& keys() { return keys_; }

 private:
  bool is_wanted(const std::string& path) const {
    if (path.size() > kObjectKeyBytesMax) return false;
    if (!path.ends_with('/')) return path.starts_with(prefix_) && path > after_;
    // For a folder: whether any key in it can be wanted. All of them begin with its path.
    const bool may_match = path.starts_with(prefix_) || prefix_.starts_with(path);
    return may_match && (path > after_ || after_.starts_with(path));
  }

  const std::string& folder_;
  const std::string_view prefix_;
  const std::string_view after_;
  const std::size_t wanted_;
  std::vector<ObjectKey> keys_;
};

// The deepest folder that contains all keys with that prefix; false if no key can have it.
bool start_of(std::string_view prefix, std::string& start) {
  while (true) {
    const std::size_t slash = prefix.find('/');
    if (slash == std::string_view::npos) return true;
    if (!is_path_segment(prefix.substr(0, slash))) return false;
    start.append(prefix.substr(0, slash + 1));
    prefix.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<WalkedKeys> walk_keys(const std::string& folder, std::string_view prefix, const ObjectKey& after,
                             std::size_t count_max) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return error_from_errno(errno, folder);
  std::string start;
  if (prefix.size() > kObjectKeyBytesMax || !start_of(prefix, start)) return WalkedKeys{};
  Walk walk(folder, prefix, after, count_max + 1);  // one more than asked for, to know whether this is the
                                                    // last page
  TRY(walk.visit(start));
  WalkedKeys walked{.keys = std::move(walk.keys()), .is_last = true};
  if (walked.keys.size() > count_max) {
    walked.keys.resize(count_max);
    walked.is_last = false;
  }
  return walked;
}

}  // namespace headgate::local
