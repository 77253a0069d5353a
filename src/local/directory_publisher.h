// Turns written files into objects of a bucket's folder, and removes objects, one at a time.
// Tests: src/local/directory_store_test.cc, src/local/directory_store_crash_test.cc
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_set>

#include "base/file_descriptor.h"
#include "base/mutex.h"
#include "base/result.h"
#include "local/object_path.h"
#include "local/object_sidecar.h"
#include "local/temporary_file.h"
#include "ports/object_store.h"
#include "ports/random.h"

namespace headgate::local {

// Thread-safe, also for several processes: each call holds a mutex and a flock on the bucket's lock file from
// its first look to its end. A crash between any two steps of publish() is safe. Their order is: sync the
// file's bytes; write and sync its sidecar; make the object appear; sync the folders above it.
class DirectoryPublisher {
 public:
  // The bucket's folder and its .headgate/lock must exist.
  static Result<std::unique_ptr<DirectoryPublisher>> open(Random& random, BucketFolder folder);

  // `written` contains the object's bytes. Fault::Invalid if the key is a folder of other keys, or if another
  // object is on its path. Fault::NotFound if the bucket was deleted.
  Result<PutOutcome> publish(TemporaryFile& written, const ObjectKey& key, PutMode mode,
                             const ObjectRecord& record);
  Result<> remove(const ObjectKey& key);

 private:
  class Turn;  // holds the flock

  DirectoryPublisher(Random& random, BucketFolder folder, FileDescriptor lock_file);
  Result<Turn> take_turn() REQUIRES(mutex_);
  // Makes the name of `file` survive a power loss. The folders above its own, up to `top`, are synced when
  // this object first sees them, because a killed process may have created them without syncing.
  Result<> sync_folder_of(const std::string& file, const std::string& top) REQUIRES(mutex_);
  Result<> write_sidecar(const ObjectKey& key, std::span<const ObjectRecord> records) REQUIRES(mutex_);

  Random& random_;
  const BucketFolder folder_;
  const FileDescriptor lock_file_;
  Mutex mutex_;  // needed besides the flock, because threads share lock_file_
  // Folders whose whole path from the top is known to be on disk.
  std::unordered_set<std::string> synced_ GUARDED_BY(mutex_);
};

}  // namespace headgate::local
