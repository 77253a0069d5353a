#include "ports/object_store.h"

#include <algorithm>

namespace headgate {
namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter >= 0x20 && letter < 0x7f; });
}

bool is_metadata_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<> check_put_options(const PutOptions& options) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : options.metadata) {
    if (!is_metadata_name(name)) return Error{Fault::Invalid, "metadata: a name is not lower-case ASCII"};
    if (!is_printable(value)) return Error{Fault::Invalid, "metadata: " + name + ": not printable ASCII"};
    bytes += name.size() + value.size();
  }
  if (bytes > kMetadataBytesMax) return Error{Fault::Invalid, "metadata: more than 2048 bytes"};
  for (const std::string* header : {&options.content_type, &options.content_encoding}) {
    if (!is_printable(*header)) return Error{Fault::Invalid, "content header: not printable ASCII"};
    if (header->size() > kMetadataBytesMax)
      return Error{Fault::Invalid, "content header: more than 2048 bytes"};
  }
  return {};
}

Result<PutOutcome> put_object(ObjectStore& store, const ObjectKey& key, std::string_view bytes,
                              PutOptions options, Deadline deadline) {
  const std::unique_ptr<ObjectWriter> writer = TRY(store.open_writer(key, std::move(options), deadline));
  TRY(writer->append(bytes));
  return writer->commit();
}

}  // namespace headgate
