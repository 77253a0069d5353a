// Makes written files the objects of a bucket's folder, and takes objects away, one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_set>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "local/object_path.h"
#include "local/object_sidecar.h"
#include "local/temporary_file.h"
#include "ports/object_store.h"
#include "ports/random.h"

namespace headgate::local {

// Any thread, any process: each call holds a mutex and a flock on the bucket's lock file from its look at
// what is there to the end. The steps of publish() are in an order that may be cut anywhere: the file's bytes
// are synced, then its sidecar is in place and synced, then the object appears, then the folders above it are
// synced.
class DirectoryPublisher {
 public:
  // The bucket's folder and its .headgate/lock are there.
  static Result<std::unique_ptr<DirectoryPublisher>> open(Random& random, BucketFolder folder);

  // `written` holds the object's bytes. Invalid when the key is a folder of other keys, or another object
  // lies on its way. NotFound when the bucket is gone.
  Result<PutOutcome> publish(TemporaryFile& written, const ObjectKey& key, PutMode mode,
                             const ObjectRecord& record);
  Result<> remove(const ObjectKey& key);

 private:
  class Turn;  // the mutex and the flock, held

  DirectoryPublisher(Random& random, BucketFolder folder, FileDescriptor lock_file);
  Result<Turn> take_turn();
  // So that no power loss takes the name of `file` away. The folders above its own, up to `top`, are synced
  // when this object first sees it: a killed process may have made them and not come to sync them.
  Result<> sync_folder_of(const std::string& file, const std::string& top);
  Result<> write_sidecar(const ObjectKey& key, std::span<const ObjectRecord> records);

  Random& random_;
  const BucketFolder folder_;
  const FileDescriptor lock_file_;
  std::mutex mutex_;  // threads share lock_file_, and a flock does not part those; guards synced_
  std::unordered_set<std::string> synced_;  // folders whose way from the top is known to be on disk
};

}  // namespace headgate::local
