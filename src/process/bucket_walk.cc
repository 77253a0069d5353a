#include "process/bucket_walk.h"

namespace headgate::process {
namespace {

constexpr std::size_t kPageObjects = 1'000;
constexpr std::chrono::seconds kListTimeout{60};

using Look = std::function<Walk(ObjectStore& bucket, const ObjectInfo& info)>;

// `last`: the key that was looked at last.
Result<Walk> walk_one(Clock& clock, ObjectStore& bucket, const std::string& prefix, const Look& look,
                      ObjectKey& last) {
  for (;;) {
    const Deadline deadline = Deadline::after(clock.steady(), kListTimeout);
    const ObjectPage page = TRY(bucket.list(prefix, last, kPageObjects, deadline));
    for (const ObjectInfo& info : page.objects) {
      if (look(bucket, info) == Walk::Stop) return Walk::Stop;
      last = info.key;
    }
    if (page.is_last || page.objects.empty()) return Walk::On;
  }
}

}  // namespace

Walked walk_buckets(Clock& clock, const std::vector<ObjectStore*>& buckets, const WalkOptions& options,
                    const Look& look) {
  Walked walked;
  bool is_left_out = !options.in.empty();
  for (ObjectStore* bucket : buckets) {
    const bool is_first = bucket->bucket() == options.in;
    is_left_out = is_left_out && !is_first;
    if (is_left_out) continue;
    ObjectKey last = is_first || options.in.empty() ? options.after : ObjectKey();
    const Result<Walk> went = walk_one(clock, *bucket, options.prefix, look, last);
    const bool is_stopped = !went.ok() && went.error().fault == Fault::Stopped;
    if (is_stopped || (went.ok() && *went == Walk::Stop)) {
      walked.interrupted = {.bucket = bucket->bucket(), .key = last};
      return walked;
    }
    if (!went.ok()) walked.refused.push_back(Error(went.error()).in("bucket " + bucket->bucket().str()));
  }
  return walked;
}

}  // namespace headgate::process
