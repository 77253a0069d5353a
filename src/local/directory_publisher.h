// Makes written files the objects of a bucket's folder, and takes objects away, one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

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
  Result<> write_sidecar(const ObjectKey& key, std::span<const ObjectRecord> records);

  Random& random_;
  const BucketFolder folder_;
  const FileDescriptor lock_file_;
  std::mutex mutex_;  // threads share lock_file_, and a flock does not part those
};

}  // namespace headgate::local
