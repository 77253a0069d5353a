#include "aws/credentials/metadata_request.h"

#include <algorithm>

#include "aws/credentials/credentials_document.h"

namespace headgate::aws {
namespace {

Result<std::string> ask_once(const MetadataDeps& deps, const net::HttpRequest& request, Deadline deadline) {
  const Deadline attempt{std::min(deadline.at, deps.clock.steady() + kMetadataAttemptMax)};
  net::HttpResponse response = TRY(deps.http.send(
      request, {.deadline = attempt, .stop = deps.stop, .body_bytes_max = kCredentialsDocumentBytesMax}));
  if (response.status == 200) return std::move(response.body);
  const std::string what = "answered " + std::to_string(response.status);
  if (response.status == 404) return Error{Fault::NotFound, what};
  if (response.status >= 400 && response.status < 500 && response.status != 429)
    return Error{Fault::Denied, what};
  return Error{Fault::Retry, what};
}

}  // namespace

Result<std::string> ask_metadata(const MetadataDeps& deps, std::string_view name,
                                 const net::HttpRequest& request, Deadline deadline) {
  constexpr std::chrono::seconds kPause{1};
  for (int attempt = 1;; ++attempt) {
    Result<std::string> answer = ask_once(deps, request, deadline);
    if (answer.ok()) return answer;
    const bool is_last = attempt == kMetadataAttemptsMax || deadline.left(deps.clock.steady()) <= kPause;
    if (answer.error().fault != Fault::Retry || is_last) return std::move(answer).error().in(name);
    if (deps.clock.sleep(kPause, deps.stop)) return Error{Fault::Stopped, "stopped"};
  }
}

}  // namespace headgate::aws
