#include "aws/call/sigv4.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/check.h"

namespace headgate::aws {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hex(const Digest& digest) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text.push_back(kHex[byte >> 4U]);
    text.push_back(kHex[byte & 15U]);
  }
  return text;
}

Digest hmac(const void* key, std::size_t key_bytes, std::string_view text) {
  Digest digest;
  unsigned length = 0;
  CHECK(::HMAC(::EVP_sha256(), key, static_cast<int>(key_bytes),
               reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
               &length) != nullptr);
  return digest;
}

Digest hmac(const Digest& key, std::string_view text) {
  return hmac(key.data(), key.size(), text);
}

std::string encoded(std::string_view text) {
  std::string out;
  net::append_percent_encoded(out, text);
  return out;
}

// Removes dot segments and repeated slashes, and encodes the rest once more. All services but S3 sign the
// path in this form.
std::string normalized_path(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string normal;
  for (const std::string_view segment : segments) normal.append("/").append(encoded(segment));
  if (normal.empty() || path.ends_with('/')) normal.push_back('/');
  return normal;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return out;
}

// Removes white space at both ends, and replaces other runs of it by one space.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    const bool is_space = std::isspace(static_cast<unsigned char>(byte)) != 0;
    if (!is_space) {
      out.push_back(byte);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// 20150830T123600Z
std::string amz_date(Timestamp at) {
  const CivilTime civil = civil_of(at);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", civil.year, civil.month, civil.day, civil.hour,
                     civil.minute, civil.second);
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest;
  CHECK(::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data()) !=
        nullptr);
  return hex(digest);
}

std::string canonical_query(const QueryParameters& parameters) {
  QueryParameters sorted;
  sorted.reserve(parameters.size());
  for (const auto& [name, value] : parameters) sorted.emplace_back(encoded(name), encoded(value));
  std::sort(sorted.begin(), sorted.end());
  std::string query;
  for (const auto& [name, value] : sorted) {
    if (!query.empty()) query.push_back('&');
    query.append(name).append("=").append(value);
  }
  return query;
}

void Signer::sign(const Signable& what, const Credentials& credentials, Timestamp at,
                  net::HttpHeaders& headers) {
  const std::string date = amz_date(at);
  const std::string_view day = std::string_view(date).substr(0, 8);
  headers.emplace_back("X-Amz-Date", date);
  if (!credentials.session_token.empty())
    headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  const bool is_s3 = scope_.service == "s3";
  if (is_s3) headers.emplace_back("X-Amz-Content-Sha256", what.payload);

  std::map<std::string, std::string> canonical_headers;
  for (const auto& [name, value] : headers) {
    const auto [known, is_new] = canonical_headers.try_emplace(lower(name), squeezed(value));
    if (!is_new) known->second.append(",").append(squeezed(value));
  }
  CHECK(canonical_headers.contains("host"));
  std::string canonical;
  canonical.append(what.method).append("\n");
  canonical.append(is_s3 ? std::string(what.path) : normalized_path(what.path)).append("\n");
  canonical.append(what.query).append("\n");
  std::string signed_names;
  for (const auto& [name, value] : canonical_headers) {
    canonical.append(name).append(":").append(value).append("\n");
    if (!signed_names.empty()) signed_names.push_back(';');
    signed_names.append(name);
  }
  canonical.append("\n").append(signed_names).append("\n").append(what.payload);

  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, scope_.region, scope_.service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, scope, sha256_hex(canonical));
  const std::string signature = hex(hmac(key_of(credentials.secret_access_key, day), to_sign));
  headers.emplace_back("Authorization",
                       fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                   credentials.access_key_id, scope, signed_names, signature));
}

Signer::Key Signer::key_of(const std::string& secret, std::string_view day) {
  const MutexLock lock(mutex_);
  if (day_ != day || secret_ != secret) {
    const std::string first = "AWS4" + secret;
    const Digest of_day = hmac(first.data(), first.size(), day);
    key_ = hmac(hmac(hmac(of_day, scope_.region), scope_.service), "aws4_request");
    day_ = day;
    secret_ = secret;
  }
  return key_;
}

}  // namespace headgate::aws
