#include "aws/sqs/sqs_name.h"

#include <algorithm>

#include "aws/call/arn.h"

namespace headgate::aws {
namespace {

// Cuts the part before the first `by` off `text`, or the whole text if there is none.
std::string_view take(std::string_view& text, char by) {
  const std::size_t end = std::min(text.find(by), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

}  // namespace

bool is_queue_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

std::string region_of_queue_url(std::string_view url) {
  if (!is_queue_url(url)) return {};
  url.remove_prefix(url.find("://") + 3);
  std::string_view host = take(url, '/');
  host = take(host, ':');
  const bool is_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") ||
                      host.ends_with(".api.aws") || host.ends_with(".amazonaws.eu");
  if (!is_aws) return {};
  const std::string_view first = take(host, '.');
  if (first == "queue") return "us-east-1";
  const std::string_view second = take(host, '.');
  if (first == "sqs" || first == "sqs-fips") return std::string(second);
  return second == "queue" ? std::string(first) : std::string();
}

std::optional<QueueArn> parse_queue_arn(std::string_view text) {
  const std::optional<Arn> arn = parse_arn(text);
  const bool is_queue = arn && arn->service == "sqs" && !arn->resource.empty() &&
                        arn->resource.find(':') == std::string_view::npos;
  if (!is_queue) return std::nullopt;
  return QueueArn{.region = std::string(arn->region),
                  .account = std::string(arn->account),
                  .name = std::string(arn->resource)};
}

}  // namespace headgate::aws
