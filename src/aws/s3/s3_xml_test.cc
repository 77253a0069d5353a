#include "aws/s3/s3_xml.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

constexpr const char* kList = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>central</Name><Prefix>c%2F</Prefix>
  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
  <Contents><Key>c/a+b%2Bc%25%C3%A9</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>
    <ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><ChecksumAlgorithm>CRC32C</ChecksumAlgorithm>
    <Size>434234</Size><StorageClass>STANDARD</StorageClass></Contents>
  <Contents><Key>c/&#x10;&amp;</Key><LastModified>2026-01-02T03:04:05Z</LastModified><ETag>x-2</ETag><Size>0</Size></Contents>
</ListBucketResult>)";

TEST(S3Xml, ReadsAListWhoseKeysAreEncoded) {
  const ListedKeys keys = parse_list(kList).value();
  ASSERT_EQ(keys.objects.size(), 2U);
  EXPECT_EQ(keys.objects[0].key.str(), "c/a b+c%\xc3\xa9");
  EXPECT_EQ(keys.objects[0].bytes, 434'234U);
  EXPECT_EQ(keys.objects[0].etag, "9b2cf535f27731c974343645a3985328");
  EXPECT_EQ(to_rfc3339(keys.objects[0].modified_at), "2026-01-02T03:04:05.000000000Z");
  EXPECT_EQ(keys.objects[1].key.str(), "c/\x10&");
  EXPECT_EQ(keys.objects[1].etag, "x-2");
  EXPECT_TRUE(keys.is_truncated);
  EXPECT_EQ(keys.next_token, "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
}

TEST(S3Xml, ReadsAListWithoutEncodingAsItIs) {
  const ListedKeys keys = parse_list(
                              "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a+b%41</Key>"
                              "<LastModified>2026-01-02T03:04:05Z</LastModified><Size>1</Size></Contents>"
                              "</ListBucketResult>")
                              .value();
  ASSERT_EQ(keys.objects.size(), 1U);
  EXPECT_EQ(keys.objects[0].key.str(), "a+b%41");
  EXPECT_FALSE(keys.is_truncated);
  EXPECT_TRUE(parse_list("<ListBucketResult/>").value().objects.empty());
}

TEST(S3Xml, RefusesWhatIsNoList) {
  const auto one = [](const std::string& key, const std::string& size, const std::string& time) {
    return "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>" + key + "</Key><Size>" + size +
           "</Size><LastModified>" + time + "</LastModified></Contents></ListBucketResult>";
  };
  const std::string time = "2026-01-02T03:04:05Z";
  ASSERT_TRUE(parse_list(one("k", "1", time)).ok());
  std::string many = "<ListBucketResult>";
  for (int i = 0; i < 1001; ++i)
    many += "<Contents><Key>k</Key><Size>1</Size><LastModified>" + time + "</LastModified></Contents>";
  const std::string rows[] = {"",
                              "text",
                              "<ListBucketResult>",
                              "<Error/>",
                              one("", "1", time),
                              one("k%4", "1", time),
                              one("k%zz", "1", time),
                              one("k", "", time),
                              one("k", "-1", time),
                              one("k", "1x", time),
                              one("k", "18446744073709551616", time),
                              one("k", "1", "yesterday"),
                              many + "</ListBucketResult>"};
  for (const std::string& xml : rows) {
    const Result<ListedKeys> keys = parse_list(xml);
    ASSERT_FALSE(keys.ok()) << xml.substr(0, 200);
    EXPECT_EQ(keys.error().fault, Fault::Retry);
  }
}

TEST(S3Xml, ReadsWhatAnUploadIsAnswered) {
  EXPECT_EQ(parse_upload_id("<InitiateMultipartUploadResult><Bucket>b</Bucket><UploadId>VXBsb2Fk</UploadId>"
                            "</InitiateMultipartUploadResult>")
                .value(),
            "VXBsb2Fk");
  EXPECT_EQ(parse_part_etag("<CopyPartResult><ETag>\"9b2c\"</ETag></CopyPartResult>").value(), "9b2c");
  EXPECT_EQ(parse_part_etag("<CopyObjectResult><ETag>9b2c</ETag></CopyObjectResult>").value(), "9b2c");
  EXPECT_FALSE(parse_upload_id("<InitiateMultipartUploadResult/>").ok());
  EXPECT_FALSE(parse_part_etag("<CopyPartResult><LastModified/></CopyPartResult>").ok());
  EXPECT_FALSE(parse_part_etag("<Error><Code>InternalError</Code></Error>").ok());
}

TEST(S3Xml, CompletesAnUploadWithItsPartsInOrder) {
  const UploadedPart parts[] = {{.etag = "a<&\"b", .crc32c = "AAAAAA=="}, {.etag = "c", .crc32c = ""}};
  EXPECT_EQ(complete_upload_xml(parts),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            "<Part><PartNumber>1</PartNumber><ETag>&quot;a&lt;&amp;&quot;b&quot;</ETag>"
            "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>&quot;c&quot;</ETag></Part></CompleteMultipartUpload>");
}

TEST(S3Xml, FindsTheRegionThatAnErrorNames) {
  EXPECT_EQ(region_of_error("<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code>"
                            "<Region>eu-central-1</Region></Error>"),
            "eu-central-1");
  for (const char* xml : {"", "<Error/>", "<Other><Region>eu-central-1</Region></Other>", "nonsense"})
    EXPECT_EQ(region_of_error(xml), "") << xml;
}

}  // namespace
}  // namespace headgate::aws
