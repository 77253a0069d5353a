#include "local/local_destinations.h"

#include <utility>

#include "local/object_path.h"

namespace headgate::local {

LocalDestinations::LocalDestinations(Clock& clock, Random& random, std::string root, Options options)
    : clock_(clock),
      random_(random),
      root_(std::move(root)),
      options_(options),
      files_(options.files_open_max),
      buckets_(options.buckets_open_max) {}

Result<std::shared_ptr<LogSink>> LocalDestinations::log_sink(const TenantConfiguration& configuration,
                                                             Deadline deadline) {
  if (deadline.passed(clock_.steady())) return Error{Fault::Retry, "deadline passed"};
  if (configuration.tenant.empty()) return Error{Fault::Invalid, "tenant_id: missing"};
  const std::string region =
      configuration.target_region.empty() ? "local" : encode_file_name(configuration.target_region);
  std::string folder = root_ + "/cloudwatch/" + encode_file_name(configuration.tenant.view()) + '/' + region;
  std::shared_ptr<LogSink> sink =
      std::make_shared<FileLogSink>(clock_, files_, std::move(folder), options_.log_sinks);
  return sink;
}

Result<std::shared_ptr<ObjectStore>> LocalDestinations::bucket(const TenantConfiguration& configuration,
                                                               Deadline deadline) {
  if (deadline.passed(clock_.steady())) return Error{Fault::Retry, "deadline passed"};
  const std::string& name = configuration.bucket_name;
  if (name.empty()) return Error{Fault::Invalid, "bucket_name: missing"};
  const MutexLock lock(mutex_);
  std::shared_ptr<DirectoryStore> store = buckets_.find(name);
  if (store == nullptr) {
    store = TRY_IN("bucket_name", DirectoryStore::open(clock_, random_, root_ + "/s3", BucketName(name),
                                                       DirectoryStore::MissingBucket::Create));
    buckets_.keep(name, store);
  }
  std::shared_ptr<ObjectStore> shared = store;
  return shared;
}

}  // namespace headgate::local
