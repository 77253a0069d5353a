// One table of DynamoDB: conditional writes, reads by key, pages.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call/service_client.h"
#include "model/text/document.h"

namespace headgate::aws {

struct DynamoSettings {
  std::string table = {};
  std::string region = {};
  EndpointSettings endpoints = {};
  // DynamoDB is quick, and so is the second try: as the SDKs.
  ServiceClient::Options client = {.backoff_first = std::chrono::milliseconds{50}};
  std::chrono::milliseconds call_max{15'000};  // a call, tries included
};

// Any thread. A call ends at its deadline, and after `call_max`. Expressions name attributes as #attribute,
// always, since hundreds of words are reserved; keys and values are JSON. A table that is not there is
// Denied, not NotFound: it is the operator's to make, and no row is missing.
class DynamoTable {
 public:
  // The dependencies outlive it.
  static Result<std::unique_ptr<DynamoTable>> open(const ServiceClient::Deps& deps, DynamoSettings settings);

  struct Write {
    std::string key;               // {"hash":...,"range":...}
    std::string_view update = {};  // empty: removes the item
    std::string_view condition;
    std::string values = {};  // {":name":...}, all of them used; empty: none
  };
  struct Written {
    bool was_written = false;           // false: the condition did not hold
    bool may_be_repeated = false;       // and then because an earlier try of this write was carried out
    std::optional<DocumentValue> item;  // as it is now, or what the condition did not hold for; none: no item
  };
  // After Retry it may have been written.
  Result<Written> write(const Write& write, Deadline deadline);
  // Consistent.
  Result<std::optional<DocumentValue>> get(std::string_view key, Deadline deadline);

  struct Read {
    std::string_view index = {};      // empty: the table itself, consistently
    std::string_view condition = {};  // on the keys; empty: a scan
    std::string values = {};          // of the condition
    std::size_t count_max = 0;        // 0: as many as fit a page of 1 MB
    std::string from = {};            // the `next` of the page before
  };
  struct Page {
    std::vector<DocumentValue> items;
    std::string next;  // a key as JSON; empty: the last page. A page may be empty and not the last
  };
  Result<Page> read(const Read& read, Deadline deadline);

 private:
  DynamoTable(const ServiceClient::Deps& deps, Endpoint endpoint, DynamoSettings settings);
  Result<Answer> call(std::string_view operation, std::string_view body, Deadline deadline);

  Clock& clock_;
  const DynamoSettings settings_;
  ServiceClient client_;
};

}  // namespace headgate::aws
