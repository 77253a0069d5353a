// The error in an answer of AWS, in any of its protocols.
// Tests: src/aws/call/service_client_test.cc
#pragma once

#include <string>
#include <string_view>

#include "aws/call/credentials.h"
#include "net/http_message.h"

namespace headgate::aws {

struct Refusal {
  std::string code;  // never empty; without a code in the answer it is made from the status: NotFound,
                     // Http418
  std::string message;
  // True if the answer contains the code, as those of AWS's services do. If false, the code was made from the
  // status, and a proxy, gateway or captive portal may have answered instead of the service.
  bool is_named = false;
};

constexpr std::size_t kRefusalBytesMax = 64U << 10U;  // how much of a body is parsed
constexpr std::size_t kRefusalMessageBytesMax = 512;

// Reads the header x-amzn-errortype, a JSON body (__type, code, message) or an XML body (query protocol, S3).
// The message is one line of printable UTF-8. It is empty where it could repeat what was signed.
Refusal refusal_of(const net::HttpResponse& response);

// Whether the message repeats a part of something that must never be logged, plain or percent-encoded. That
// is a secret key, a session token, an identity provider's token (`other`), or the header with the signature.
bool repeats_secret(std::string_view message, const Credentials& credentials, std::string_view other);

// Whether the body is a web page. Services answer in JSON or XML, so a web page comes from a proxy or gateway
// between the service and us.
bool is_web_page(std::string_view body);

// S3 may send status 200 before an operation fails. The body is then an Error element instead of a result.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
bool is_refusal_in_success(std::string_view body);

}  // namespace headgate::aws
