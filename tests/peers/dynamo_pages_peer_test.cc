// Queries and scans of more than one answer holds (1 MB, or the limit that was asked for).
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "aws/dynamo/dynamo_tenant_store.h"
#include "peers/dynamo_fixture.h"

namespace headgate::peers {
namespace {

using Names = std::vector<std::string>;

std::string text_of(const DocumentValue& item, const std::string& name) {
  const auto found = std::find_if(item.items.begin(), item.items.end(),
                                  [&](const DocumentValue& attribute) { return attribute.name == name; });
  return found == item.items.end() ? std::string() : found->text;
}

template <typename Peer>
class DynamoPages : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 9;  // of acme, and three of others
  static constexpr std::size_t kFiller =
      300'000;  // bytes in each: an answer holds four, an item at most 400 KB

  void SetUp() override {
    for (std::size_t row = 0; row < kRows; ++row) place("acme", "s3#" + std::to_string(row));
    for (const char* tenant : {"a", "acm", "acme2"}) place(tenant, "s3#0");
  }
  void place(const std::string& tenant, const std::string& type) {
    all_.insert(tenant + " " + type);
    ASSERT_TRUE(fixture_.put(R"({"tenant_id":{"S":")" + tenant + R"("},"type":{"S":")" + type +
                             R"("},"enabled":{"BOOL":true},"bucket_name":{"S":"b"},"filler":{"S":")" +
                             std::string(kFiller, 'x') + R"("}})"))
        << fixture_.boto3_.said().substr(0, 200);
  }
  static aws::DynamoTable::Read of_acme() {
    return {.condition = "#tenant_id = :tenant", .values = R"({":tenant":{"S":"acme"}})"};
  }
  // All rows, "tenant type", page by page; how many pages there were is kept.
  Names read(aws::DynamoTable::Read read) {
    Names names;
    for (pages_ = 1; pages_ < 100; ++pages_) {
      const auto page = table_->read(read, Deadline::never());
      EXPECT_TRUE(page.ok()) << page.error().what;
      if (!page.ok()) break;
      if (read.count_max > 0) {
        EXPECT_LE(page->items.size(), read.count_max);
      }
      for (const DocumentValue& item : page->items)
        names.push_back(text_of(item, "tenant_id") + " " + text_of(item, "type"));
      if (page->next.empty()) break;
      read.from = page->next;
    }
    return names;
  }

  DynamoFixture<Peer> fixture_;
  aws::DynamoSettings settings_ = fixture_.made(tenant_table(fixture_.name_));
  std::unique_ptr<aws::DynamoTable> table_ =
      aws::DynamoTable::open(fixture_.fixture_.deps(), settings_).value();
  std::unique_ptr<aws::DynamoTenantStore> tenants_ =
      aws::DynamoTenantStore::open(fixture_.fixture_.deps(), settings_).value();
  std::set<std::string> all_;
  std::size_t pages_ = 0;
};
using Peers = testing::Types<DynamoOfMoto, DynamoDbLocal>;
TYPED_TEST_SUITE(DynamoPages, Peers);

TYPED_TEST(DynamoPages, AQueryContinuesAfterThePageBeforeInKeyOrder) {
  Names wanted;
  for (const std::string& name : this->all_)
    if (name.starts_with("acme ")) wanted.push_back(name);
  ASSERT_EQ(wanted.size(), this->kRows);
  EXPECT_EQ(this->read(this->of_acme()), wanted);
  EXPECT_GE(this->pages_, 3U);  // by size
  for (const std::size_t limit : {1U, 2U, 4U}) {
    auto read = this->of_acme();
    read.count_max = limit;
    EXPECT_EQ(this->read(read), wanted) << limit;
    EXPECT_GE(this->pages_, (this->kRows + limit - 1) / limit) << limit;
  }
}

TYPED_TEST(DynamoPages, AScanGivesEveryRowOnce) {
  for (const std::size_t limit : {0U, 1U, 5U}) {
    Names names = this->read({.count_max = limit});
    EXPECT_GE(this->pages_, 3U) << limit;
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, Names(this->all_.begin(), this->all_.end())) << limit;
  }
}

TYPED_TEST(DynamoPages, ATenantWithMoreRowsThanAPageHoldsHasThemAll) {
  const auto rows = this->tenants_->of_tenant(TenantId("acme"), Deadline::never());
  ASSERT_TRUE(rows.ok()) << rows.error().what;
  ASSERT_EQ(rows->size(), this->kRows);
  for (std::size_t row = 0; row < this->kRows; ++row)
    EXPECT_EQ((*rows)[row].configuration.type.str(), "s3#" + std::to_string(row));

  std::set<std::string> listed;
  std::string from;
  std::size_t count = 0;
  do {
    const auto page = this->tenants_->list(from, 100, Deadline::never());
    ASSERT_TRUE(page.ok()) << page.error().what;
    for (const auto& row : page->rows) {
      listed.insert(row.configuration.tenant.str() + " " + row.configuration.type.str());
      ++count;
    }
    from = page->next;
  } while (!from.empty());
  EXPECT_EQ(listed, this->all_);
  EXPECT_EQ(count, this->all_.size());
}

}  // namespace
}  // namespace headgate::peers
