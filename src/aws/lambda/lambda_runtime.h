// A client of AWS Lambda's runtime API: it gets the next event, and then sends an answer or an error.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "net/http_client.h"
#include "ports/clock.h"

namespace headgate::aws {

// For one thread.
class LambdaRuntime {
 public:
  struct Invocation {
    std::string request_id;
    std::string event;
    Deadline deadline;  // when Lambda ends the process
  };

  // `api` is the value of AWS_LAMBDA_RUNTIME_API: host:port. Fault::Invalid if it is not of that form.
  static Result<std::unique_ptr<LambdaRuntime>> open(const net::Library& library, Clock& clock,
                                                     std::string_view api);

  // Waits without limit, while Lambda may freeze the process. Fault::Stopped after `stop`.
  Result<Invocation> next(const std::stop_token& stop);
  Result<> respond(const std::string& request_id, std::string_view response);
  // Reports that the invocation failed. The queue delivers all of its messages again.
  Result<> fail(const std::string& request_id, const Error& error);
  // Reports that the program could not start. Lambda then starts it again.
  Result<> fail_to_start(const Error& error);

 private:
  LambdaRuntime(Clock& clock, std::string base, std::unique_ptr<net::HttpClient> client);
  Result<> post(const std::string& path, std::string_view body, net::HttpHeaders headers);
  Result<> post_error(const std::string& path, const Error& error);

  Clock& clock_;
  const std::string base_;
  const std::unique_ptr<net::HttpClient> client_;
};

}  // namespace headgate::aws
