#include "collect/collection_settings.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

const ContainerName kMain("main");

TEST(CollectionSettings, NameTheApplicationByLabelOrWorkload) {
  PodFacts facts;
  EXPECT_EQ(settings_of(facts, kMain).application, Application("unknown"));
  facts.workload = "api";
  EXPECT_EQ(settings_of(facts, kMain).application, Application("api"));
  facts.labels["app.kubernetes.io/name"] = "named";
  EXPECT_EQ(settings_of(facts, kMain).application, Application("named"));
  facts.labels["app"] = "";
  EXPECT_EQ(settings_of(facts, kMain).application, Application("named"));
  facts.labels["app"] = "web";
  EXPECT_EQ(settings_of(facts, kMain).application, Application("web"));
}

TEST(CollectionSettings, TellWhatNobodySelectedFromWhatIsToBeLeftOut) {
  PodFacts facts;
  facts.labels["app"] = "web";
  EXPECT_EQ(settings_of(facts, kMain).wanted, CollectionSettings::Wanted::Yes);
  facts.excluded_containers = {ContainerName("proxy")};
  EXPECT_EQ(settings_of(facts, kMain).wanted, CollectionSettings::Wanted::Yes);
  EXPECT_EQ(settings_of(facts, ContainerName("proxy")).wanted, CollectionSettings::Wanted::Excluded);
  facts.is_selected = false;
  EXPECT_EQ(settings_of(facts, kMain).wanted, CollectionSettings::Wanted::NotSelected);
  facts.is_excluded = true;
  EXPECT_EQ(settings_of(facts, kMain).wanted, CollectionSettings::Wanted::Excluded);
}

TEST(CollectionSettings, NameTheTenantByTheLabelOfTheNamespaceBeforeThePods) {
  PodFacts facts;
  EXPECT_EQ(settings_of(facts, kMain, "team").tenant, TenantId());
  facts.labels["team"] = "of-the-pod";
  EXPECT_EQ(settings_of(facts, kMain).tenant, TenantId()) << "no label was chosen";
  EXPECT_EQ(settings_of(facts, kMain, "team").tenant, TenantId("of-the-pod"));
  facts.namespace_labels["team"] = "of-the-namespace";
  EXPECT_EQ(settings_of(facts, kMain, "team").tenant, TenantId("of-the-namespace"));
}

TEST(CollectionSettings, RefuseATenantThatCannotBe) {
  for (const std::string& value : {std::string("a/b"), std::string(".."), std::string("-a"),
                                   std::string("a "), std::string(64, 'a'), std::string("\xC3\xA9")}) {
    PodFacts facts;
    facts.labels["team"] = "of-the-pod";
    facts.namespace_labels["team"] = value;
    EXPECT_TRUE(settings_of(facts, kMain, "team").is_tenant_refused) << value;
    EXPECT_EQ(settings_of(facts, kMain, "team").tenant, TenantId())
        << "not the pod's word against its namespace's";
  }
}

TEST(CollectionSettings, AreOthersOnlyWhenWhatBecomesOfTheLinesIsOther) {
  PodFacts facts;
  facts.labels["app"] = "web";
  const CollectionSettings before = settings_of(facts, kMain);
  facts.labels["version"] = "2";
  facts.namespace_labels["team"] = "a";
  facts.labels["headgate.io/multiline.proxy"] = "java";
  EXPECT_EQ(settings_of(facts, kMain), before);
  facts.labels["headgate.io/multiline"] = "java";
  EXPECT_NE(settings_of(facts, kMain), before);
}

}  // namespace
}  // namespace headgate::collect
