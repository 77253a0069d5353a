// Objects whose bytes and headers follow from their keys, so that boto3 can judge a bucket of ours and we one
// of its (s3_boto3.py).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "conformance/scratch_folder.h"
#include "peers/s3_peers.h"

namespace headgate::peers {

using Sizes = std::map<std::string, bool>;  // key -> whether it is large

inline std::string body_of(const std::string& key, bool is_large) {
  constexpr std::size_t kLarge = 6U << 20U;
  const std::size_t size = is_large ? kLarge : 100 * key.size();
  std::string body;
  while (body.size() < size) body += key;
  body.resize(size);
  return body;
}

inline std::string hex(const std::string& text) {
  std::string digits;
  for (const char letter : text) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(letter));
    digits += two;
  }
  return digits;
}

inline PutOptions properties(const std::string& key) {
  PutOptions options;
  options.content_type = "application/x-ndjson";
  options.content_encoding = "gzip";
  options.metadata = {{"key-hex", hex(key)}, {"lines", "42"}};
  return options;
}

inline std::string read(ObjectStore& store, const std::string& key, Deadline deadline) {
  const auto reader = store.open_reader(ObjectKey(key), {}, deadline);
  if (!reader.ok()) return "error: " + reader.error().what;
  std::string text;
  std::vector<char> buffer(70'000);
  for (;;) {
    const Result<std::size_t> taken = reader.value()->read(buffer);
    if (!taken.ok()) return "error: " + taken.error().what;
    if (*taken == 0) return text;
    text.append(buffer.data(), *taken);
  }
}

class Boto3Bucket {
 public:
  // Runs the script with these keys; says whether it was content.
  bool agrees(const std::string& what, const std::string& url, const std::string& bucket,
              const Sizes& sizes) {
    std::ofstream keys(folder_.at("keys"));
    for (const auto& [key, is_large] : sizes) keys << hex(key) << (is_large ? " large" : "") << '\n';
    keys.close();
    const std::string command = python() + " -B " + script("s3_boto3.py") + " " + what + " " + url + " " +
                                bucket + " " + fakes::kAccessKey + " " + fakes::kSecretKey + " < " +
                                folder_.at("keys") + " > " + folder_.at("seen");
    if (std::system(command.c_str()) != 0) return false;
    std::size_t count = 0;
    std::ifstream(folder_.at("seen")) >> count;
    return count == sizes.size();
  }

 private:
  const conformance::ScratchFolder folder_;
};

}  // namespace headgate::peers
