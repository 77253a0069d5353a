#include "aws/s3/s3_reader.h"

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "aws/s3/s3_object.h"
#include "base/backoff.h"
#include "base/number.h"
#include "model/compression/checksum.h"

namespace headgate::aws {
namespace {

// Whether Content-Range is S3's answer to `wanted`. That is the whole range, or, if it reaches beyond the end
// of the object, the part up to that end (RFC 9110, 14.4).
bool is_range_of(std::string_view text, const ByteRange& wanted) {
  const std::string first = "bytes " + std::to_string(wanted.first) + '-';
  if (!text.starts_with(first)) return false;
  text.remove_prefix(first.size());
  const auto last = take_leading_number<std::uint64_t>(text);
  if (!last || !text.starts_with('/')) return false;
  if (*last == wanted.first + wanted.bytes - 1) return true;
  const std::uint64_t all = parse_number<std::uint64_t>(text.substr(1)).value_or(0);
  return *last < wanted.first + wanted.bytes && all > 0 && *last == all - 1;
}

// Whether something other than S3 sent a web page. An object may be one too, but then the answer has S3's
// request id.
bool is_web_page(const Answer& answer) {
  return answer.header("content-type").starts_with("text/html") && answer.header("x-amz-request-id").empty();
}

}  // namespace

Result<std::unique_ptr<S3Reader>> S3Reader::open(S3Bucket& bucket, const ObjectKey& key,
                                                 std::optional<ByteRange> range, Deadline deadline) {
  TRY(check_key(key));
  std::unique_ptr<S3Reader> reader(new S3Reader(bucket, deadline));
  TRY(reader->begin(key, range));
  return reader;
}

Result<S3Bucket::Streamed> S3Reader::get(const ObjectKey& key, bool is_ranged) const {
  ServiceRequest request = bucket_.request("GetObject", "GET", key);
  request.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  if (is_ranged)
    request.headers.emplace_back("Range", "bytes=" + std::to_string(left_.first) + "-" +
                                              std::to_string(left_.first + left_.bytes - 1));
  if (!info_.etag.empty()) request.headers.emplace_back("If-Match", '"' + info_.etag + '"');
  S3Bucket::Streamed streamed = TRY(bucket_.stream(request, deadline_));
  if (!streamed.answer.is_success()) {
    if (streamed.answer.status == 412)
      return Error{Fault::Retry, "GetObject: the object was replaced while it was read"};
    return bucket_.error_of(request, streamed.answer);
  }
  if (is_ranged && streamed.answer.status != 206)
    return Error{Fault::Retry, "GetObject: the answer is the whole object instead of the range asked for"};
  // Otherwise the answer of a cache or gateway would be taken for a damaged object.
  const bool is_part = streamed.answer.status == 206;
  const std::string_view range = streamed.answer.header("content-range");
  if (is_part && !(is_ranged && (range.empty() || is_range_of(range, left_))))
    return Error{Fault::Retry, "GetObject: the answer is another range of the object than the one asked for"};
  if (is_web_page(streamed.answer))
    return Error{Fault::Retry, "GetObject: the answer is a web page: a proxy or gateway may have sent it"};
  return streamed;
}

Result<> S3Reader::begin(const ObjectKey& key, std::optional<ByteRange> range) {
  if (range && range->bytes > std::numeric_limits<std::uint64_t>::max() - range->first)
    return Error{Fault::Invalid, "the range begins after the end of the object"};
  const bool is_empty = range && range->bytes == 0;  // HTTP has no empty ranges
  const bool is_ranged = range && !is_empty;
  if (range) left_ = *range;
  streamed_ = TRY(get(key, is_ranged));
  info_ = TRY_IN("GetObject", object_info(key, streamed_->answer));
  if (!range) {
    left_ = {.first = 0, .bytes = info_.bytes};
    expected_checksum_ = whole_checksum(streamed_->answer);
  } else if (range->first + range->bytes > info_.bytes) {
    return Error{Fault::Invalid, "the range begins after the end of the object"};
  }
  return {};
}

Result<std::size_t> S3Reader::read(std::span<char> into) {
  if (into.empty()) return std::size_t{0};
  while (left_.bytes > 0) {
    if (!streamed_) return Error{Fault::Retry, "GetObject: an earlier read failed"};
    const std::size_t most = left_.bytes < into.size() ? static_cast<std::size_t>(left_.bytes) : into.size();
    Result<std::size_t> taken = streamed_->body->read(into.first(most));
    if (taken.ok() && *taken > 0) {
      left_.first += *taken;
      left_.bytes -= *taken;
      since_break_ += *taken;
      if (!expected_checksum_.empty()) checksum_ = crc32c(checksum_, {into.data(), *taken});
      if (left_.bytes == 0) TRY(check_whole());
      return taken;
    }
    TRY(go_on(taken.ok() ? Error{Fault::Retry, "GetObject: the body ended early"} : taken.error()));
  }
  if (streamed_) {  // reading the end frees the connection
    char byte = 0;
    static_cast<void>(streamed_->body->read({&byte, 1}));
    streamed_.reset();
  }
  return std::size_t{0};
}

// Opens the rest of the object again, or returns why that is not possible.
Result<> S3Reader::go_on(Error broken) {
  streamed_.reset();
  if (broken.fault != Fault::Retry) return broken;
  if (since_break_ >= kProgressBytes) breaks_ = 0;
  since_break_ = 0;
  if (++breaks_ > kBreaksMax || info_.etag.empty()) return broken;
  const ServiceClient::Deps& deps = bucket_.deps();
  const ServiceClient::Options& options = bucket_.settings().client;
  const Backoff backoff{.first = options.backoff_first, .longest = options.backoff_longest};
  const std::chrono::milliseconds wait = backoff.wait(breaks_, deps.random.next());
  if (wait >= deadline_.left(deps.clock.steady())) return broken;
  if (deps.clock.sleep(wait, options.stop)) return Error{Fault::Stopped, "stopped"};
  streamed_ = TRY(get(info_.key, true));
  return {};
}

Result<> S3Reader::check_whole() const {
  if (expected_checksum_.empty() || checksum_text(checksum_) == expected_checksum_) return {};
  return Error{Fault::Retry, "GetObject: the bytes do not match the object's checksum"};
}

}  // namespace headgate::aws
