// Whatever bytes S3 answers, values that are read from them keep what their types promise.
#include "aws/s3/s3_xml.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  const Result<aws::ListedKeys> keys = aws::parse_list(xml);
  if (keys.ok()) {
    CHECK(keys->objects.size() <= aws::ListedKeys::kMax);
    for (const ObjectInfo& info : keys->objects) CHECK(!info.key.empty());
  } else {
    CHECK(keys.error().fault == Fault::Retry && !keys.error().what.empty());  // the sender may not be S3
  }
  if (const Result<std::string> id = aws::parse_upload_id(xml); id.ok()) CHECK(!id->empty());
  if (const Result<std::string> etag = aws::parse_part_etag(xml); etag.ok()) {
    const aws::UploadedPart part{.etag = *etag, .crc32c = {}};
    CHECK(!aws::complete_upload_xml({&part, 1}).empty());
  }
  CHECK(aws::region_of_error(xml).size() <= size);
  return 0;
}
