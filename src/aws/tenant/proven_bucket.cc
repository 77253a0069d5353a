#include "aws/tenant/proven_bucket.h"

#include <algorithm>
#include <array>

namespace headgate::aws {

Result<Credentials> AfterProof::get(Deadline deadline) {
  TRY(proof_->get(deadline));
  return given_->get(deadline);
}

ObjectKey owner_token_key(std::string_view bucket_prefix, const TenantId& tenant) {
  return ObjectKey(std::string(bucket_prefix) + "headgate-owner/" + tenant.str());
}

Result<Credentials> AfterToken::get(Deadline deadline) {
  const std::int64_t now = clock_.steady().time_since_epoch().count();
  if (now >= proven_until_.load()) {
    TRY(prove(deadline));
    proven_until_.store((clock_.steady() + kProvenFor).time_since_epoch().count());
  }
  return given_->get(deadline);
}

Result<> AfterToken::prove(Deadline deadline) {
  const auto refusal = [&](std::string_view why) {
    return Error{Fault::Denied,
                 "bucket_token: the tenant must put the token of its configuration into s3://" +
                     bucket_->bucket().str() + "/" + proof_.key.str() +
                     ", and let us read it: " + std::string(why)};
  };
  if (clock_.steady().time_since_epoch().count() < refused_until_.load())
    return refusal("this was not so less than a minute ago");
  const auto refused = [&](std::string_view why) {
    refused_until_.store((clock_.steady() + kRefusedFor).time_since_epoch().count());
    return refusal(why);
  };
  const Result<std::unique_ptr<ObjectReader>> opened =
      bucket_->open_reader(proof_.key, std::nullopt, deadline);
  if (!opened.ok()) {
    const Fault fault = opened.error().fault;
    if (fault == Fault::NotFound) return refused("the object does not exist");
    return fault == Fault::Denied ? Result<>(refused(opened.error().what)) : Result<>(opened.error());
  }
  std::string text;
  std::array<char, kTokenBytesMax + 64> piece;
  for (;;) {
    const std::size_t bytes = TRY((*opened)->read(piece));
    if (bytes == 0) break;
    text.append(piece.data(), bytes);
    if (text.size() > kTokenBytesMax) return refused("the object is longer than a token can be");
  }
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t last = text.find_last_not_of(kSpace);
  text.resize(last == std::string::npos ? 0 : last + 1);
  text.erase(0, std::min(text.find_first_not_of(kSpace), text.size()));
  if (text != proof_.token) return refused("the object contains something else");
  return {};
}

}  // namespace headgate::aws
