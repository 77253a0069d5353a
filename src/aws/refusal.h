// What AWS said when it did not do as asked, in any of its protocols.
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.h"

namespace headgate::aws {

struct Refusal {
  std::string code;  // never empty: where AWS gives none, it is made of the status: NotFound, Http418
  std::string message;
};

constexpr std::size_t kRefusalBytesMax = 64U << 10U;  // of a body that is looked into
constexpr std::size_t kRefusalMessageBytesMax = 512;

// Reads the header x-amzn-errortype, a JSON body (__type, code, message) or XML (of the query protocol, of
// S3). The message is one line of it, printable UTF-8; none where it could repeat what was signed.
Refusal refusal_of(const net::HttpResponse& response);

// S3 may begin an answer with 200 and find out later: then the body is an Error instead of a result.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
bool is_refusal_in_success(std::string_view body);

}  // namespace headgate::aws
