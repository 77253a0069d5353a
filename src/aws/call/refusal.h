// What AWS said when it did not do as asked, in any of its protocols.
#pragma once

#include <string>
#include <string_view>

#include "aws/call/credentials.h"
#include "net/http_message.h"

namespace headgate::aws {

struct Refusal {
  std::string code;  // never empty: where AWS gives none, it is made of the status: NotFound, Http418
  std::string message;
  // The answer names the code itself, as AWS's services do. False: the code is made of the status, and a
  // proxy, a gateway or a captive portal may have answered in the service's place.
  bool is_named = false;
};

constexpr std::size_t kRefusalBytesMax = 64U << 10U;  // of a body that is looked into
constexpr std::size_t kRefusalMessageBytesMax = 512;

// Reads the header x-amzn-errortype, a JSON body (__type, code, message) or XML (of the query protocol, of
// S3). The message is one line of it, printable UTF-8; none where it could repeat what was signed.
Refusal refusal_of(const net::HttpResponse& response);

// Whether the message repeats a piece of what must never be logged: a key's secret, a session token, an
// identity provider's token (`other`), or the header that carries the signature; as it is or percent-encoded.
bool repeats_secret(std::string_view message, const Credentials& credentials, std::string_view other);

// A web page where a service speaks JSON or XML: somebody between the service and us answered.
bool is_web_page(std::string_view body);

// S3 may begin an answer with 200 and find out later: then the body is an Error instead of a result.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
bool is_refusal_in_success(std::string_view body);

}  // namespace headgate::aws
