#include "model/object_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <random>

#include "model/quarantine_key.h"

namespace headgate {
namespace {

using namespace std::string_literals;

KeyTemplate parsed(std::string_view text) {
  return KeyTemplate::parse(text).value();
}

std::string text_of(const KeyFields& fields) {
  return fields.cluster.str() + "|" + fields.namespace_name.str() + "|" + fields.application.str() + "|" +
         fields.pod.str() + "|" + fields.tenant.str() + "|" + fields.file;
}

const KeyFields& shop_fields() {
  static const KeyFields fields{.cluster = ClusterId("prod-1"),
                                .namespace_name = Namespace("shop"),
                                .application = Application("payments"),
                                .pod = PodName("payments-7d9f"),
                                .tenant = TenantId("acme"),
                                .file = "20250830-112701-u.json.gz"};
  return fields;
}

std::string error_of(const Result<KeyFields>& result) {
  if (result.ok()) return "parsed: " + text_of(*result);
  EXPECT_EQ(result.error().fault, Fault::Invalid);
  return result.error().what;
}

TEST(ObjectKey, ReadsTheDefaultKey) {  // K-1
  const auto fields =
      parsed(KeyTemplate::kDefault)
          .parse_key(
              ObjectKey("prod-cluster-1/openshift-logging/fluentd/fluentd-abc123/20240101-uuid.json.gz"));
  EXPECT_EQ(
      text_of(fields.value()),
      "prod-cluster-1|openshift-logging|fluentd|fluentd-abc123|openshift-logging|20240101-uuid.json.gz");
}

TEST(ObjectKey,
     RefusesWhatIsNoKeyAndNamesTheSegment) {  // K-3, K-4, and K-5 changed: more segments are refused
  const std::pair<std::string, std::string> cases[] = {
      {"a/b/c", "has 3 path segments, the template 5"},
      {"a/b/c/d", "has 4 path segments, the template 5"},
      {"a/b/c/d/e/f", "has 6 path segments, the template 5"},
      {"", "segment 1 ({cluster_id}): empty"},
      {"/b/c/d/e", "segment 1 ({cluster_id}): empty"},
      {"/a/b/c/d/e", "segment 1 ({cluster_id}): empty"},
      {"a//c/d/e", "segment 2 ({namespace}): empty"},
      {"a/b//d/e", "segment 3 ({application}): empty"},
      {"a/b/c//e", "segment 4 ({pod_name}): empty"},
      {"a/b/c/d/", "segment 5 ({file}): empty"},
      {"a/ /c/d/e", "segment 2 ({namespace}): blank"},
      {"a/%20%09/c/d/e", "segment 2 ({namespace}): blank"},
      {"a/../c/d/e", "segment 2 ({namespace}): a path step, not a name"},
      {"a/%2e%2e/c/d/e",
       "segment 2 ({namespace}): the escape %2e is not how that byte is written: two keys would mean the "
       "same"},
      {"a/.%2E/c/d/e",
       "segment 2 ({namespace}): the escape %2E is not how that byte is written: two keys would mean the "
       "same"},
      {"a/b%c3%BC/c/d/e",
       "segment 2 ({namespace}): the escape %c3 is not how that byte is written: two keys would mean the "
       "same"},
      {"a/b/c d/%6e/e",
       "segment 4 ({pod_name}): the escape %6e is not how that byte is written: two keys would mean the "
       "same"},
      {"a/b/./d/e", "segment 3 ({application}): a path step, not a name"},
      {"a/b/c/d/..", "segment 5 ({file}): a path step, not a name"},
      {"a/b%2Fc/c/d/e", "segment 2 ({namespace}): holds a slash"},
      {"a/b/c/d%00/e", "segment 4 ({pod_name}): holds a NUL"},
      {"a/b/c\0/d/e"s, "segment 3 ({application}): holds a NUL"},
      {"a/b%/c/d/e", "segment 2 ({namespace}): a % that is no escape"},
      {"a/b%4/c/d/e", "segment 2 ({namespace}): a % that is no escape"},
      {"a/b%4g/c/d/e", "segment 2 ({namespace}): a % that is no escape"},
      {"a/b%-1/c/d/e", "segment 2 ({namespace}): a % that is no escape"},
      {"a/b/c/d/" + std::string(1017, 'f'), "longer than 1024 bytes"},
  };
  const KeyTemplate key_template = parsed(KeyTemplate::kDefault);
  for (const auto& [key, error] : cases)
    EXPECT_EQ(error_of(key_template.parse_key(ObjectKey(key))), error) << key;
  EXPECT_TRUE(key_template.parse_key(ObjectKey("a/b/c/d/" + std::string(1016, 'f'))).ok());
}

TEST(ObjectKey, TakesWhatOthersLeftUnencoded) {
  EXPECT_EQ(text_of(parsed(KeyTemplate::kDefault).parse_key(ObjectKey("c+1/n s/a=b/p~\xc3\xbc/f:1")).value()),
            "c+1|n s|a=b|p~\xc3\xbc|n s|f:1");
  EXPECT_EQ(text_of(parsed(KeyTemplate::kDefault).parse_key(ObjectKey("c/n/.../..p/f")).value()),
            "c|n|...|..p|n|f");
}

TEST(ObjectKey, NoTwoKeysAreReadToTheSame) {
  const KeyTemplate key_template = parsed(KeyTemplate::kDefault);
  std::map<std::string, std::string> keys;  // by what they are read to
  for (const char* file : {"a b", "a%20b", "a%2520b", "a+b", "a%2Bb", "a%2bb", "a%62", "ab", "a %20",
                           "a%20%20", "%41 b", "Ã¼", "%C3%BC", "%c3%bc", "a~b", "a%7Eb", "a%257Eb"}) {
    const std::string key = std::string("c/n/app/pod/") + file;
    const Result<KeyFields> fields = key_template.parse_key(ObjectKey(key));
    if (!fields.ok()) continue;  // quarantined
    const auto [at, is_new] = keys.emplace(text_of(*fields) + (fields->is_verbatim ? " as it is" : ""), key);
    EXPECT_TRUE(is_new) << key << " is read as " << at->second;
  }
  EXPECT_TRUE(key_template.parse_key(ObjectKey("c/n/app/pod/a b")).value().is_verbatim);
  EXPECT_FALSE(key_template.parse_key(ObjectKey("c/n/app/pod/a%20b")).value().is_verbatim);
  EXPECT_EQ(key_template.parse_key(ObjectKey("c/n/app/pod/a %20")).value().file, "a %20");
}

TEST(ObjectKey, APlaceholderMayHaveFixedTextBeforeIt) {
  const KeyTemplate key_template =
      parsed("logs/c-{cluster_id}/{namespace}/app.{application}/{pod_name}/f_{file}");
  EXPECT_EQ(key_template.fixed_prefix(), "logs/");
  KeyFields fields = shop_fields();
  fields.application = Application("a b");
  const ObjectKey key = key_template.render(fields).value();
  EXPECT_EQ(key.str(), "logs/c-prod-1/shop/app.a%20b/payments-7d9f/f_20250830-112701-u.json.gz");
  EXPECT_EQ(text_of(key_template.parse_key(key).value()), text_of([&] {
              KeyFields read = fields;
              read.tenant = TenantId("shop");
              return read;
            }()));
  EXPECT_EQ(error_of(key_template.parse_key(ObjectKey("logs/prod-1/shop/app.x/p/f_f"))),
            "segment 2 (c-{cluster_id}): another text");
  EXPECT_EQ(error_of(key_template.parse_key(ObjectKey("logs/c-/shop/app.x/p/f_f"))),
            "segment 2 (c-{cluster_id}): empty");
  for (const char* text : {"{namespace}-x/{file}", "{{namespace}/{file}", "{namespace}{application}/{file}",
                           "a b{namespace}/{file}"})
    EXPECT_FALSE(KeyTemplate::parse(text).ok()) << text;
}

TEST(ObjectKey, FixedSegmentsMustBeThere) {
  const KeyTemplate key_template = parsed("logs/v1/{tenant}/raw/{file}");
  EXPECT_EQ(key_template.fixed_prefix(), "logs/v1/");
  EXPECT_EQ(parsed(KeyTemplate::kDefault).fixed_prefix(), "");
  EXPECT_EQ(key_template.render(shop_fields()).value().str(), "logs/v1/acme/raw/20250830-112701-u.json.gz");
  EXPECT_EQ(text_of(key_template.parse_key(ObjectKey("logs/v1/acme/raw/f")).value()), "||||acme|f");
  EXPECT_EQ(error_of(key_template.parse_key(ObjectKey("logs/v2/acme/raw/f"))),
            "segment 2 (v1): another text");
  EXPECT_EQ(error_of(key_template.parse_key(ObjectKey("logs/%761/acme/raw/f"))),
            "segment 2 (v1): another text");
}

TEST(ObjectKey, RendersWhatItCanReadBackAndRefusesTheRest) {
  const KeyTemplate key_template = parsed(KeyTemplate::kDefault);
  KeyFields fields = shop_fields();
  EXPECT_EQ(key_template.render(fields).value().str(),
            "prod-1/shop/payments/payments-7d9f/20250830-112701-u.json.gz");
  fields.application = Application("a b/..");
  EXPECT_EQ(key_template.render(fields).error().what, "segment 3 ({application}): holds a slash");
  fields.application = Application("Az09._-!*'()~ \xc3\xbc%+");
  EXPECT_EQ(key_template.render(fields).value().str(),
            "prod-1/shop/Az09._-!*'()%7E%20%C3%BC%25%2B/payments-7d9f/20250830-112701-u.json.gz");
  for (const std::string& value : {""s, " "s, "."s, ".."s, "a\0b"s}) {
    fields.application = Application(value);
    EXPECT_EQ(key_template.render(fields).error().fault, Fault::Invalid);
  }
  fields.application = Application(std::string(1000, 'a'));
  EXPECT_EQ(key_template.render(fields).error().what, "longer than 1024 bytes");
}

TEST(ObjectKey, WithoutTenantInTheTemplateTheNamespaceIsTheTenant) {
  EXPECT_EQ(parsed("{cluster_id}/{namespace}/{file}").parse_key(ObjectKey("c/n/f")).value().tenant,
            TenantId("n"));
  const KeyFields both = parsed("{namespace}/{tenant}/{file}").parse_key(ObjectKey("n/t/f")).value();
  EXPECT_EQ(both.tenant, TenantId("t"));
  EXPECT_EQ(both.namespace_name, Namespace("n"));
}

TEST(ObjectKey, EveryOrderOfPlaceholdersReadsBackWhatItRendered) {
  std::vector<std::string> placeholders = {"{application}", "{cluster_id}", "{namespace}", "{pod_name}",
                                           "{tenant}"};
  int orders = 0;
  do {
    std::string text;
    for (const std::string& placeholder : placeholders) text += placeholder + "/";
    const KeyTemplate key_template = parsed(text + "{file}");
    const ObjectKey key = key_template.render(shop_fields()).value();
    EXPECT_EQ(text_of(key_template.parse_key(key).value()), text_of(shop_fields())) << text;
    ++orders;
  } while (std::next_permutation(placeholders.begin(), placeholders.end()));
  EXPECT_EQ(orders, 120);
}

TEST(ObjectKey, ReadsBackAnyBytesThatItRenders) {
  std::mt19937 random(1);
  const KeyTemplate key_template =
      parsed("{tenant}/x/{pod_name}/{namespace}/{cluster_id}/{application}/{file}");
  int rendered = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto value = [&] {
      std::string text;
      for (std::size_t count = 1 + random() % 12; count > 0; --count) {
        text += random() % 3 == 0 ? "./%2e \xc3\xbc+"[random() % 9] : static_cast<char>(random() % 256);
      }
      return text;
    };
    const KeyFields fields{.cluster = ClusterId(value()),
                           .namespace_name = Namespace(value()),
                           .application = Application(value()),
                           .pod = PodName(value()),
                           .tenant = TenantId(value()),
                           .file = value()};
    const Result<ObjectKey> key = key_template.render(fields);
    if (!key.ok()) continue;
    ++rendered;
    ASSERT_EQ(text_of(key_template.parse_key(*key).value()), text_of(fields));
    ASSERT_TRUE(std::all_of(key->view().begin(), key->view().end(),
                            [](char byte) { return byte > 0x20 && byte < 0x7f; }));
    ASSERT_EQ(url_decode_event_key(url_encode_event_key(*key)).value(), *key);
  }
  EXPECT_GT(rendered, 3000);
}

TEST(ObjectKey, APackedObjectsKeyNamesANodeAndNoPod) {
  const KeyTemplate key_template = parsed(KeyTemplate::kDefault);
  KeyFields fields = shop_fields();
  fields.node = NodeName("node-7");  // application and pod are of no meaning then
  const ObjectKey key = key_template.render(fields).value();
  EXPECT_EQ(key.view(), "prod-1/shop/_packed/node-7/20250830-112701-u.json.gz");
  EXPECT_EQ(key_template.parse_key(ObjectKey("prod-1/shop/%5Fpacked/node-7/20250830-112701-u.json.gz"))
                .error()
                .fault,
            Fault::Invalid);
  for (const std::string& spelled : {key.str()}) {
    const KeyFields read = key_template.parse_key(ObjectKey(spelled)).value();
    EXPECT_TRUE(read.is_packed());
    EXPECT_EQ(read.node.view(), "node-7");
    EXPECT_EQ(text_of(read), "prod-1|shop|||shop|20250830-112701-u.json.gz");
  }
}

// Kubernetes lets label values and names of workloads begin with letters and digits only.
TEST(ObjectKey, NoPodsKeyLooksLikeAPackedObjects) {
  const KeyTemplate key_template = parsed(KeyTemplate::kDefault);
  KeyFields fields = shop_fields();
  fields.application = Application("_packed");
  EXPECT_EQ(key_template.render(fields).error().what,
            "{application}: \"_packed\" is not an application's name");
  for (const char* application : {"packed", "_packe", "_packed2", "_Packed", "_packed_", " _packed"}) {
    fields.application = Application(application);
    const KeyFields read = key_template.parse_key(key_template.render(fields).value()).value();
    EXPECT_FALSE(read.is_packed()) << application;
    EXPECT_EQ(read.application.view(), application);
  }
  fields = shop_fields();
  fields.pod = PodName("_packed");
  EXPECT_FALSE(key_template.parse_key(key_template.render(fields).value())->is_packed());
}

TEST(ObjectKey, PackedObjectsNeedApplicationAndPodInTheTemplate) {
  KeyFields fields = shop_fields();
  fields.node = NodeName("node-7");
  constexpr const char* kWhy = "a packed object's key needs {application} and {pod_name} in the template";
  for (const char* lacking : {"{tenant}/{cluster_id}/{file}", "{namespace}/{application}/{file}",
                              "{namespace}/{pod_name}/{file}"}) {
    EXPECT_EQ(parsed(lacking).render(fields).error().what, kWhy) << lacking;
  }
  EXPECT_EQ(parsed("{namespace}/{application}/{file}").parse_key(ObjectKey("shop/_packed/f")).error().what,
            kWhy);
  const KeyTemplate other = parsed("v1/{pod_name}/{tenant}/{application}/{file}");
  const ObjectKey key = other.render(fields).value();
  EXPECT_EQ(key.view(), "v1/node-7/acme/_packed/20250830-112701-u.json.gz");
  EXPECT_EQ(other.parse_key(key)->node.view(), "node-7");
}

TEST(KeyTemplate, SaysWhatIsWrongWithATemplate) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "segment 1 (): empty"},
      {"{namespace}", "{file} must come last"},
      {"{file}/{namespace}", "{file} must come last"},
      {"{namespace}/{file}/x", "{file} must come last"},
      {"{cluster_id}/{file}", "neither {tenant} nor {namespace}: a key must say whose it is"},
      {"{namespace}/{namespace}/{file}", "segment 2 ({namespace}): twice"},
      {"/{namespace}/{file}", "segment 1 (): empty"},
      {"{namespace}//{file}", "segment 2 (): empty"},
      {"{namespace}/{file}/", "segment 3 (): empty"},
      {"{namespace}/{file}x",
       "segment 2 ({file}x): neither a placeholder, with fixed text before it at most, nor a fixed text"},
      {"{name}/{file}",
       "segment 1 ({name}): neither a placeholder, with fixed text before it at most, nor a fixed text"},
      {"{namespace}/a b/{file}",
       "segment 2 (a b): a fixed text has letters, digits and . _ - ! * ' ( ) only"},
      {"{namespace}/%20/{file}",
       "segment 2 (%20): a fixed text has letters, digits and . _ - ! * ' ( ) only"},
      {"{namespace}/../{file}", "segment 2 (..): a path step, not a name"},
      {std::string(1025, 'x'), "longer than 1024 bytes"},
  };
  for (const auto& [text, error] : cases) {
    const Result<KeyTemplate> result = KeyTemplate::parse(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().what, error);
    EXPECT_EQ(result.error().fault, Fault::Invalid);
  }
}

TEST(ObjectKey, EventKeysAreFormEncoded) {  // K-6
  EXPECT_EQ(url_decode_event_key("a%2Fb%20c+d%2B/%C3%BC.json.gz").value().str(), "a/b c d+/\xc3\xbc.json.gz");
  EXPECT_EQ(url_encode_event_key(ObjectKey("a/b c+d=\xc3\xbc.json.gz")), "a/b+c%2Bd%3D%C3%BC.json.gz");
  for (const char* bad : {"%", "a%2", "%zz", "%%20", "a%+1"}) {
    EXPECT_EQ(url_decode_event_key(bad).error().fault, Fault::Invalid) << bad;
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(url_decode_event_key(url_encode_event_key(ObjectKey(all))).value().str(), all);
}

TEST(ObjectKey, FileNamesSayTimeIdAndCodec) {
  EXPECT_EQ(key_file_name("20250830-112701", "0b5e", ".gz"), "20250830-112701-0b5e.json.gz");
  EXPECT_EQ(key_file_name("20250830-112701", "0b5e", ""), "20250830-112701-0b5e.json");
}

TEST(ObjectKey, NoLogObjectsKeyLooksLikeQuarantines) {
  EXPECT_FALSE(KeyTemplate::parse("quarantine/{tenant}/{file}").ok());
  EXPECT_TRUE(KeyTemplate::parse("logs/quarantine/{tenant}/{file}").ok());
  const KeyTemplate by_tenant = KeyTemplate::parse("{tenant}/{cluster_id}/{file}").value();
  KeyFields fields;
  fields.tenant = TenantId("quarantine");
  fields.cluster = ClusterId("quarantine");
  fields.file = "0123456789abcdef.json";
  const ObjectKey key = by_tenant.render(fields).value();
  EXPECT_EQ(key.view(), "%71uarantine/quarantine/0123456789abcdef.json");
  EXPECT_EQ(by_tenant.parse_key(key)->tenant.view(), "quarantine");
  EXPECT_FALSE(by_tenant.parse_key(key)->is_verbatim);
  // Of another program, and so named apart from ours.
  EXPECT_TRUE(by_tenant.parse_key(ObjectKey("quarantine/quarantine/x.json"))->is_verbatim);
  // Nowhere else is that an escape of ours.
  EXPECT_FALSE(by_tenant.parse_key(ObjectKey("a/%71uarantine/x.json")).ok());
  EXPECT_FALSE(by_tenant.parse_key(ObjectKey("%71uarantin/a/x.json")).ok());
}

TEST(QuarantineKey, IsToldByItsForm) {
  const auto kind = [](std::string_view key) -> std::string {
    const auto parsed = parse_quarantine_key(ObjectKey(key));
    if (!parsed) return "none";
    const char* kinds[] = {"events", "object", "message"};
    return std::string(kinds[static_cast<int>(parsed->kind)]) +
           (parsed->is_redelivered ? " redelivered" : "");
  };
  EXPECT_EQ(kind("quarantine/a/cloudwatch#x/0123456789abcdef-x.json.gz/12-too-old.ndjson"), "events");
  EXPECT_EQ(kind("quarantine/objects/0123456789abcdef.json"), "object");
  EXPECT_EQ(kind("quarantine/messages/an-id-0123456789abcdef.json"), "message");
  EXPECT_EQ(kind("quarantine/redelivered/a/cloudwatch/0123456789abcdef-x/1-x.ndjson"), "events redelivered");
  EXPECT_EQ(kind("quarantine/redelivered/objects/0123456789abcdef.json"), "object redelivered");
  EXPECT_EQ(kind("quarantine/redelivered/cloudwatch/0123456789abcdef-x/1-x.ndjson"), "events");  // a tenant
  for (const char* other :
       {"quarantine/", "quarantine", "quarantine//cloudwatch/0123456789abcdef-x/1-x.ndjson",
        "quarantine/a/web/web-1/x.json.gz", "quarantine/objects/x.json.gz", "quarantine/messages/x.json",
        "quarantine/messages/0123456789abcdef.json", "quarantine/a/b/0123456789abcdef-x/x-y.ndjson",
        "quarantine/a/b/0123456789abcdef-x/1-.ndjson", "quarantine/a/b/0123456789abcdef-x/1-x.ndjson/x",
        "quarantine/redelivered/redelivered/objects/0123456789abcdef.json",
        "not-quarantine/objects/0123456789abcdef.json", "quarantine/a/b/0123456789abcdeF-x/1-x.ndjson"})
    EXPECT_EQ(kind(other), "none") << other;
  const auto parsed =
      parse_quarantine_key(ObjectKey("quarantine/a/s3#x/0123456789abcdef-f-1.json.gz/12-too-old.ndjson"));
  EXPECT_EQ(parsed->tenant.view(), "a");
  EXPECT_EQ(parsed->destination.view(), "s3#x");
  EXPECT_EQ(parsed->reason, "too-old");
}

}  // namespace
}  // namespace headgate
