// The YAML half of document.h, through yaml-cpp.
// Tests: src/model/text/document_test.cc
#pragma once

#include "model/text/document.h"

namespace headgate {

// `text` is UTF-8 without control bytes and at most kDocumentBytesMax.
Result<DocumentValue> read_yaml_document(std::string_view text);

}  // namespace headgate
