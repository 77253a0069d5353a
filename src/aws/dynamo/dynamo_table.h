// One table of DynamoDB: conditional writes, reads by key, and queries by page.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
// Tests: tests/peers/dynamo_peer_test.cc, tests/peers/dynamo_pages_peer_test.cc
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
  // DynamoDB answers fast, so the first retry comes early, as in AWS's SDKs.
  ServiceClient::Options client = {.backoff_first = std::chrono::milliseconds{50}};
  std::chrono::milliseconds call_max{15'000};  // limits one call with all its tries
};

// Thread-safe. A call ends at its deadline, or after `call_max`. Expressions name every attribute as
// #attribute, since hundreds of words are reserved. Keys and values are JSON. A table that does not exist is
// Fault::Denied, not NotFound: the operator must create it, and no row is missing.
class DynamoTable {
 public:
  // The dependencies must outlive the table.
  static Result<std::unique_ptr<DynamoTable>> open(const ServiceClient::Deps& deps, DynamoSettings settings);

  struct Write {
    std::string key;               // {"hash":...,"range":...}
    std::string_view update = {};  // if empty, removes the item
    std::string_view condition;
    std::string values = {};  // {":name":...}, all of which must be used; empty if there are none
  };
  struct Written {
    bool was_written = false;      // false if the condition did not hold
    bool may_be_repeated = false;  // the condition may have failed only because an earlier try of this write
                                   // was carried out
    std::optional<DocumentValue> item;  // the item after the write, or the one that did not meet the
                                        // condition; none if there is no item
  };
  // After Fault::Retry the item may have been written.
  Result<Written> write(const Write& write, Deadline deadline);
  // A consistent read.
  Result<std::optional<DocumentValue>> get(std::string_view key, Deadline deadline);

  struct Read {
    std::string_view index = {};      // if empty, the table itself, read consistently
    std::string_view condition = {};  // a condition on the keys; if empty, a scan
    std::string values = {};          // the values in the condition
    std::size_t count_max = 0;        // if 0, as many as fit into a page of 1 MB
    std::string from = {};            // the `next` of the previous page
  };
  struct Page {
    std::vector<DocumentValue> items;
    std::string next;  // a key as JSON; empty on the last page. Other pages may have no items too
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
