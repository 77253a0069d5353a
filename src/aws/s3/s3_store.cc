#include "aws/s3/s3_store.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "aws/s3/s3_copy.h"
#include "aws/s3/s3_list.h"
#include "aws/s3/s3_object.h"
#include "aws/s3/s3_reader.h"
#include "aws/s3/s3_writer.h"

namespace headgate::aws {

Result<std::unique_ptr<S3Store>> S3Store::open(ServiceClient::Deps deps, S3Settings settings) {
  return std::unique_ptr<S3Store>(new S3Store(TRY(S3Bucket::open(deps, std::move(settings)))));
}

Result<std::unique_ptr<S3Store>> S3Store::open(ServiceClient::Deps deps, S3Settings settings,
                                               ServiceClient::Deps copier, S3Settings copying) {
  std::unique_ptr<S3Store> store = TRY(open(deps, std::move(settings)));
  store->copier_ = TRY(S3Bucket::open(copier, std::move(copying)));
  return store;
}

Result<std::unique_ptr<ObjectWriter>> S3Store::open_writer(const ObjectKey& key, PutOptions options,
                                                           Deadline deadline) {
  TRY(check_key(key));
  TRY(check_put_options(options));
  return std::unique_ptr<ObjectWriter>(
      std::make_unique<S3Writer>(*bucket_, key, std::move(options), deadline));
}

Result<std::unique_ptr<ObjectReader>> S3Store::open_reader(const ObjectKey& key,
                                                           std::optional<ByteRange> range,
                                                           Deadline deadline) {
  return std::unique_ptr<ObjectReader>(TRY(S3Reader::open(*bucket_, key, range, deadline)));
}

Result<ObjectInfo> S3Store::head(const ObjectKey& key, Deadline deadline) {
  TRY(check_key(key));
  const Answer answer = TRY(bucket_->call_ok(bucket_->request("HeadObject", "HEAD", key), deadline));
  return object_info(key, answer);
}

Result<ObjectPage> S3Store::list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                                 Deadline deadline) {
  return list_objects(*bucket_, prefix, after, count_max, deadline);
}

Result<> S3Store::remove(const ObjectKey& key, Deadline deadline) {
  TRY(check_key(key));
  const ServiceRequest request = bucket_->request("DeleteObject", "DELETE", key);
  const Answer answer = TRY(bucket_->call(request, deadline));
  if (answer.is_success() || answer.code == "NoSuchKey") return {};
  return bucket_->error_of(request, answer);
}

Result<PutOutcome> S3Store::copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                 Deadline deadline) {
  TRY(check_key(source.key));
  TRY(check_key(to));
  TRY(check_put_options(options));
  S3Bucket& bucket = copier_ ? *copier_ : *bucket_;
  const std::optional<std::vector<BucketName>>& sources = bucket.settings().sources;
  if (sources && std::find(sources->begin(), sources->end(), source.bucket) == sources->end())
    return Error{Fault::Denied, "CopyObject: the session may not read " + source.bucket.str()};
  if (!copier_) return copy_object(bucket, source, to, options, deadline);
  return copy_by_other(source, to, options, deadline);
}

Result<PutOutcome> S3Store::copy_by_other(const CopySource& source, const ObjectKey& to,
                                          const PutOptions& options, Deadline deadline) {
  const Clock& clock = copier_->deps().clock;
  if (clock.steady().time_since_epoch().count() < no_copy_before_.load())
    return Error{Fault::Denied, "CopyObject: copies were refused less than 10 minutes ago"};
  Result<PutOutcome> copied = copy_object(*copier_, source, to, options, deadline);
  if (copied.ok()) return copied;
  Error error = std::move(copied).error();
  if (error.blame == Blame::Us) error = {.fault = Fault::Denied, .what = std::move(error.what)};
  if (error.fault == Fault::Denied || error.fault == Fault::Invalid)
    no_copy_before_.store((clock.steady() + kNoCopyFor).time_since_epoch().count());
  return error;
}

}  // namespace headgate::aws
