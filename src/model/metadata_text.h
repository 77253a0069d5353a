// Text as a value of an object's user metadata, which S3 takes as an HTTP header: printable ASCII only, 2 KB
// for all of an object's names and values. docs/contributing/formats/object-key.md says how to read it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

// Percent-encoded (RFC 3986, upper-case digits) where it is not printable ASCII, a blank, or a `%`: names of
// Kubernetes stand as they are. What would be longer than `bytes_max` is cut between escapes, and ends in
// kMetadataCut.
std::string metadata_text(std::string_view text, std::size_t bytes_max);

// What metadata_text() was made of, but for what it cut off. What is no escape stands as it is: others, and
// earlier versions, wrote plain words.
std::string text_of_metadata(std::string_view metadata);

constexpr std::string_view kMetadataCut = "%2E%2E%2E";  // "...", which is otherwise never escaped

}  // namespace headgate
