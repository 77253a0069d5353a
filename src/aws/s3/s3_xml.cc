#include "aws/s3/s3_xml.h"

#include <pugixml.hpp>

#include "base/number.h"

namespace headgate::aws {
namespace {

Error bad(std::string_view what) {
  return Error{Fault::Retry, "S3's answer: " + std::string(what)};
}

// Parses into `document`, and returns its root element, which must have that name.
Result<pugi::xml_node> parse(pugi::xml_document& document, std::string_view xml, std::string_view name) {
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8))
    return bad("not XML");
  const pugi::xml_node element = document.document_element();
  if (element.name() != name) return bad("no " + std::string(name));
  return element;
}

Result<std::string> text_of(std::string_view xml, std::string_view element, const char* child) {
  pugi::xml_document document;
  const pugi::xml_node node = TRY(parse(document, xml, element));
  std::string text = node.child_value(child);
  if (text.empty()) return bad("no " + std::string(child));
  return text;
}

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

Result<ObjectInfo> parse_object(const pugi::xml_node& node, bool is_encoded) {
  ObjectInfo info;
  const std::string_view key = node.child_value("Key");
  info.key = is_encoded ? ObjectKey(TRY(decode_url(key))) : ObjectKey(key);
  if (info.key.empty()) return bad("an object without a key");
  const auto bytes = parse_number<decltype(info.bytes)>(node.child_value("Size"));
  if (!bytes) return bad("the size of an object is not a number");
  info.bytes = *bytes;
  info.etag = unquoted(node.child_value("ETag"));
  const std::optional<Timestamp> modified = parse_rfc3339(node.child_value("LastModified"));
  if (!modified) return bad("the time of an object is not a time");
  info.modified_at = *modified;
  return info;
}

void append_escaped(std::string& to, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '"':
        to += "&quot;";
        break;
      default:
        to += letter;
    }
  }
}

}  // namespace

Result<ListedKeys> parse_list(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node list = TRY(parse(document, xml, "ListBucketResult"));
  const bool is_encoded = std::string_view(list.child_value("EncodingType")) == "url";
  ListedKeys keys;
  for (const pugi::xml_node node : list.children("Contents")) {
    if (keys.objects.size() == ListedKeys::kMax) return bad("more objects than were asked for");
    keys.objects.push_back(TRY(parse_object(node, is_encoded)));
  }
  keys.is_truncated = std::string_view(list.child_value("IsTruncated")) == "true";
  if (keys.is_truncated) keys.next_token = list.child_value("NextContinuationToken");
  return keys;
}

Result<std::string> parse_upload_id(std::string_view xml) {
  return text_of(xml, "InitiateMultipartUploadResult", "UploadId");
}

Result<std::string> parse_part_etag(std::string_view xml) {
  Result<std::string> etag = text_of(xml, "CopyPartResult", "ETag");
  // S3Proxy and others use this name; AWS's SDKs do not check it.
  if (!etag.ok()) etag = text_of(xml, "CopyObjectResult", "ETag");
  const std::string text = TRY(std::move(etag));
  return std::string(unquoted(text));
}

Result<> check_copied(std::string_view xml) {
  pugi::xml_document document;
  TRY(parse(document, xml, "CopyObjectResult"));
  return {};
}

Result<> check_completed(std::string_view xml) {
  pugi::xml_document document;
  TRY(parse(document, xml, "CompleteMultipartUploadResult"));
  return {};
}

std::string complete_upload_xml(std::span<const UploadedPart> parts) {
  std::string xml = R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
  std::size_t number = 0;
  for (const UploadedPart& part : parts) {
    xml += "<Part><PartNumber>" + std::to_string(++number) + "</PartNumber><ETag>&quot;";
    append_escaped(xml, part.etag);
    xml += "&quot;</ETag>";
    if (!part.crc32c.empty()) {
      xml += "<ChecksumCRC32C>";
      append_escaped(xml, part.crc32c);
      xml += "</ChecksumCRC32C>";
    }
    xml += "</Part>";
  }
  return xml += "</CompleteMultipartUpload>";
}

std::string region_of_error(std::string_view xml) {
  pugi::xml_document document;
  const Result<pugi::xml_node> error = parse(document, xml, "Error");
  return error.ok() ? error->child_value("Region") : "";
}

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

Result<std::string> decode_url(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
      if (low < 0) return bad("a key is not URL-encoded");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

}  // namespace headgate::aws
