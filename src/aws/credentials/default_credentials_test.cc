// Each origin of credentials alone, and the chain that chooses one.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "aws/credentials/aws_settings.h"
#include "aws/credentials/container_credentials.h"
#include "aws/credentials/credentials_document.h"
#include "aws/credentials/default_credentials.h"
#include "aws/credentials/instance_credentials.h"
#include "aws/credentials/process_credentials.h"
#include "aws/credentials/program_output.h"
#include "aws/credentials/shared_profiles.h"
#include "aws/credentials/web_identity.h"
#include "base/mutex.h"
#include "conformance/scratch_folder.h"
#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;
using namespace std::chrono_literals;

std::string document(const std::string& key) {
  return R"({"Code":"Success","AccessKeyId":")" + key +
         R"(","SecretAccessKey":"s","Token":"t","Expiration":"2100-01-01T00:00:00Z"})";
}

std::string assumed(const std::string& key) {
  return "<R><AssumeRoleResult><Credentials><AccessKeyId>" + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
         "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>";
}

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest()
      : server_([this](const std::string& request, ScriptedServer::Answer& answer) {
          {
            const MutexLock lock(mutex_);
            seen_.push_back(request);
          }
          respond(request, answer);
        }) {}

  // Answers as STS, as the instance's metadata service and as a container's endpoint.
  static void respond(const std::string& request, ScriptedServer::Answer& answer) {
    const auto says = [&](const char* text) { return request.find(text) != std::string::npos; };
    if (request.starts_with("PUT /latest/api/token ")) return answer.json(200, "imds-token");
    if (request.starts_with("GET /latest/") && !says("X-aws-ec2-metadata-token: imds-token"))
      return answer.json(401, "");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/ "))
      return answer.json(200, "the role\nother");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/the%20role "))
      return answer.json(200, document("INSTANCE"));
    if (request.starts_with("GET /container")) return answer.json(200, document("CONTAINER"));
    if (says("Action=AssumeRoleWithWebIdentity")) return answer.json(200, assumed("WEB"));
    if (says("Action=AssumeRole&")) return answer.json(200, assumed("ROLE"));
    answer.json(404, "");
  }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.at(name), std::ios::binary) << text;
    return folder_.at(name);
  }
  Environment environment(std::map<std::string, std::string, std::less<>> variables) {
    variables.try_emplace("AWS_EC2_METADATA_SERVICE_ENDPOINT", server_.url());
    variables.try_emplace("AWS_ENDPOINT_URL_STS", server_.url());
    variables.try_emplace("AWS_REGION", "eu-west-1");
    return {.variables = std::move(variables), .home = folder_.path()};
  }
  CredentialsDeps deps() { return {clock_, random_, pool_, disk_}; }
  Deadline in_time() const { return Deadline::after(clock_.steady(), 30s); }
  // The access key that the chain finds, or the error that says why it finds none.
  std::string found(const Environment& environment) {
    const Result<AwsSettings> settings = aws_settings(environment, disk_);
    if (!settings.ok()) return settings.error().what;
    const auto source = default_credentials(deps(), environment, *settings);
    if (!source.ok()) return source.error().what;
    const Result<Credentials> got = (*source)->get(in_time());
    return got.ok() ? got->access_key_id : got.error().what;
  }
  std::string last_request() {
    const MutexLock lock(mutex_);
    return seen_.empty() ? std::string() : seen_.back();
  }

  conformance::ScratchFolder folder_;
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  net::HttpPool pool_{library_, clock_, {}};
  Mutex mutex_;
  std::vector<std::string> seen_;  // guarded
  ScriptedServer server_;
};

TEST_F(CredentialsTest, AreTheFirstOfTheChainThatIsConfigured) {
  ASSERT_EQ(::mkdir(folder_.at(".aws").c_str(), 0700), 0);
  write(".aws/credentials",
        "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n"
        "[keys]\naws_access_key_id=KEYS\naws_secret_access_key=s\n");
  write(".aws/config",
        "[default]\nregion = us-west-2\n"
        "[profile sso]\nsso_session = corporate\nsso_account_id = 1\nsso_role_name = r\n"
        "[profile old sso]\nsso_start_url = https://x\n"
        "[profile by sso]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = sso\n"
        "[profile sso and keys]\nsso_session = corporate\naws_access_key_id=KEYS\naws_secret_access_key=s\n"
        "[profile keys]\naws_access_key_id=NOT-THIS\n"
        "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = keys\nexternal_id = "
        "e/x\nduration_seconds=900\n"
        "[profile self]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = "
        "self\naws_access_key_id=SELF\naws_secret_access_key=s\n"
        "[profile 'of instance']\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Ec2InstanceMetadata\n"
        "[profile web]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = " +
            write("token", "oidc\n") +
            "\n"
            "[profile program]\ncredential_process = /bin/echo '" +
            document("PROGRAM") +
            "'\n"
            "[profile circle]\nrole_arn=a\nsource_profile=round\n[profile "
            "round]\nrole_arn=a\nsource_profile=circle\n"
            "[profile mfa]\nrole_arn=a\nsource_profile=keys\nmfa_serial=m\n"
            "[profile lost]\nrole_arn=a\nsource_profile=nowhere\n"
            "[profile bare]\nrole_arn=a\n"
            "[profile empty]\nregion = eu-west-1\n");
  std::map<std::string, std::string, std::less<>> all{
      {"AWS_ACCESS_KEY_ID", "ENVIRONMENT"},
      {"AWS_SECRET_ACCESS_KEY", "s"},
      {"AWS_WEB_IDENTITY_TOKEN_FILE", folder_.at("token")},
      {"AWS_ROLE_ARN", "arn:aws:iam::1:role/irsa"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server_.url() + "/container"}};
  EXPECT_EQ(found(environment(all)), "ENVIRONMENT");
  all.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(found(environment(all)), "WEB");
  std::map<std::string, std::string, std::less<>> no_web = all;
  no_web.erase("AWS_ROLE_ARN");
  EXPECT_EQ(found(environment(no_web)), "FILE");
  for (const auto& [profile, expected] : std::initializer_list<std::pair<const char*, const char*>>{
           {"keys", "KEYS"},
           {"role", "ROLE"},
           {"self", "ROLE"},
           {"of instance", "ROLE"},
           {"web", "WEB"},
           {"program", "PROGRAM"},
           {"empty", "WEB"},
           {"sso and keys", "KEYS"},
           {"circle",
            "AWS credentials: profile circle: its chain of source_profile is a circle, or too long"},
           {"mfa", "AWS credentials: profile mfa: mfa_serial needs a person, so it cannot be used here"},
           {"lost", "AWS credentials: profile nowhere: does not exist"},
           {"bare", "AWS credentials: profile bare: role_arn needs source_profile or credential_source"},
           {"missing", "AWS credentials: profile missing: is in neither of the shared files"}}) {
    all["AWS_PROFILE"] = profile;
    EXPECT_EQ(found(environment(all)), expected);
  }
  for (const char* profile : {"sso", "old sso", "by sso"}) {
    all["AWS_PROFILE"] = profile;
    const std::string by = profile == std::string("by sso") ? "sso" : profile;
    EXPECT_TRUE(found(environment(all)).starts_with("AWS credentials: profile " + by + ": signs in through"))
        << found(environment(all));
  }
  all["AWS_PROFILE"] = "empty";
  all.erase("AWS_ROLE_ARN");
  EXPECT_EQ(found(environment(all)), "CONTAINER");
  all.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  EXPECT_EQ(found(environment(all)), "INSTANCE");
  all["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_TRUE(found(environment(all)).starts_with("AWS credentials: none are configured"));
}

TEST_F(CredentialsTest, ABrowserSignInIsNotReplacedByTheInstance) {
  Environment with = environment({{"AWS_CONFIG_FILE", write("config", "[default]\nsso_session = x\n")}});
  EXPECT_TRUE(found(with).starts_with("AWS credentials: profile default: signs in through")) << found(with);
}

TEST_F(CredentialsTest, OfAProfilesRoleAreAskedForWithItsSettings) {
  Environment with = environment(
      {{"AWS_CONFIG_FILE",
        write("config",
              "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = keys\nexternal_id = "
              "e/x\nduration_seconds=900\n"
              "role_session_name = me\n[profile keys]\naws_access_key_id=KEYS\naws_secret_access_key=s\n")}});
  EXPECT_EQ(found(with), "ROLE");
  const std::string request = last_request();
  EXPECT_NE(request.find("Credential=KEYS/"), std::string::npos);
  EXPECT_TRUE(request.ends_with(
      "Action=AssumeRole&DurationSeconds=900&ExternalId=e%2Fx&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
      "RoleSessionName=me&Version=2011-06-15"))
      << request;
}

TEST_F(CredentialsTest, OfARoleAreAskedForAsOftenAsAwsMaxAttemptsSays) {
  int asked = 0;
  ScriptedServer busy([&](const std::string&, ScriptedServer::Answer& answer) {
    ++asked;
    answer.json(503, "");
  });
  const std::string keys = "[profile keys]\naws_access_key_id=KEYS\naws_secret_access_key=s\n";
  const std::string role = "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = keys\n";
  EXPECT_NE(found(environment({{"AWS_CONFIG_FILE", write("config", keys + role)},
                               {"AWS_ENDPOINT_URL_STS", busy.url()},
                               {"AWS_MAX_ATTEMPTS", "1"}})),
            "ROLE");
  EXPECT_EQ(asked, 1);
  EXPECT_NE(found(environment({{"AWS_WEB_IDENTITY_TOKEN_FILE", write("token", "t\n")},
                               {"AWS_ROLE_ARN", "arn:aws:iam::1:role/irsa"},
                               {"AWS_ENDPOINT_URL_STS", busy.url()},
                               {"AWS_MAX_ATTEMPTS", "1"}})),
            "WEB");
  EXPECT_EQ(asked, 2);
}

TEST_F(CredentialsTest, OfAWebIdentityAreAskedForUnsigned) {
  EXPECT_EQ(found(environment({{"AWS_WEB_IDENTITY_TOKEN_FILE", write("token", "header.payload.signature\n")},
                               {"AWS_ROLE_ARN", "arn:aws:iam::1:role/irsa"},
                               {"AWS_ROLE_SESSION_NAME", "pod-7"}})),
            "WEB");
  const std::string request = last_request();
  EXPECT_EQ(request.find("Authorization"), std::string::npos);
  EXPECT_NE(request.find("RoleSessionName=pod-7"), std::string::npos);
  EXPECT_NE(request.find("WebIdentityToken=header.payload.signature"), std::string::npos);
}

TEST_F(CredentialsTest, OfAContainerAreAskedForWithTheTokenInItsFile) {
  const std::string file = write("token", "first\n");
  ContainerCredentials container(
      deps(), environment({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server_.url() + "/container?x=1"},
                           {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "not this"},
                           {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file}}));
  EXPECT_EQ(container.fetch(in_time())->access_key_id, "CONTAINER");
  EXPECT_NE(last_request().find("\r\nAuthorization: first\r\n"), std::string::npos);
  write("token", "second");
  ASSERT_TRUE(container.fetch(in_time()).ok());
  EXPECT_NE(last_request().find("\r\nAuthorization: second\r\n"), std::string::npos);
  write("token", "two\r\nlines");
  EXPECT_FALSE(container.fetch(in_time()).ok());
}

TEST(ContainerAddress, IsHttpsOrNear) {
  for (const char* good :
       {"https://anywhere.example/x", "http://127.0.0.1:80/x", "http://127.9.9.9", "http://localhost:8080/x",
        "http://169.254.170.2/v2/x?id=1", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1",
        "http://[fd00:ec2:0::0023]:80/v1", "http://[::1]:9/x"})
    EXPECT_TRUE(may_give_credentials(good)) << good;
  for (const char* bad :
       {"", "http://", "http://example.com/", "http://169.254.169.254/", "http://127.0.0.1@evil.example/",
        "http://127.1/", "http://127.0.0.1.evil.example/", "http://localhost.evil.example", "http://[::2]/",
        "http://[::1].evil/", "ftp://127.0.0.1/", "http://127.0.0.1\\@evil/",
        "http://localhost:80@evil.example/", "http://evil#@127.0.0.1/", "http://[::1]evil:80/"})
    EXPECT_FALSE(may_give_credentials(bad)) << bad;
}

TEST_F(CredentialsTest, AreNotAskedForWhereTheyShouldNotBe) {
  ContainerCredentials container(
      deps(), environment({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.invalid/x"}}));
  EXPECT_EQ(container.fetch(in_time()).error().fault, Fault::Denied);
}

TEST_F(CredentialsTest, OfAMetadataServiceAreAskedForAgainWhenItIsBusy) {
  int asked = 0;
  ScriptedServer busy([&](const std::string&, ScriptedServer::Answer& answer) {
    ++asked;
    if (asked < 3) return answer.json(500, "");
    answer.json(200, document("LATE"));
  });
  fakes::StillClock still;
  net::HttpPool pool(library_, still, {});
  ContainerCredentials container({still, random_, pool, disk_},
                                 environment({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", busy.url() + "/c"}}));
  const Result<Credentials> got = container.fetch(Deadline::after(still.steady(), 10s));
  ASSERT_TRUE(got.ok()) << got.error().what;
  EXPECT_EQ(got->access_key_id, "LATE");
}

TEST_F(CredentialsTest, OfAnInstanceWithoutRoleAreDenied) {
  ScriptedServer bare([&](const std::string& request, ScriptedServer::Answer& answer) {
    answer.json(request.starts_with("PUT") ? 200 : 404, "token");
  });
  InstanceCredentials instance(deps(),
                               environment({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", bare.url() + "/"}}));
  const Result<Credentials> got = instance.fetch(in_time());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Denied);
  EXPECT_EQ(got.error().what, "the instance has no role");
}

TEST_F(CredentialsTest, DocumentsAreReadStrictly) {
  EXPECT_EQ(parse_credentials_document(document("K"))->expires_at, parse_rfc3339("2100-01-01T00:00:00Z"));
  EXPECT_EQ(parse_credentials_document(
                R"({"Version":1,"AccessKeyId":"K","SecretAccessKey":"s","SessionToken":"t"})")
                ->session_token,
            "t");
  EXPECT_EQ(
      parse_credentials_document(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"m"})").error().fault,
      Fault::Denied);
  for (const char* bad :
       {"", "[]", "{}", R"({"AccessKeyId":"K"})",
        R"({"AccessKeyId":"K","SecretAccessKey":"s","Expiration":"soon"})",
        R"({"AccessKeyId":"K/x","SecretAccessKey":"s"})", R"({"AccessKeyId":"K","SecretAccessKey":"s\n"})",
        R"({"AccessKeyId":"K","SecretAccessKey":"s","Token":"a b"})"})
    EXPECT_EQ(parse_credentials_document(bad).error().fault, Fault::Invalid) << bad;
}

TEST(Command, IsReadAsWordsWithoutAShell) {
  using Words = std::vector<std::string>;
  const std::pair<const char*, Words> good[] = {{"a b  c", {"a", "b", "c"}},
                                                {R"("/a b/c" 'd "e' f\ g)", {"/a b/c", "d \"e", "f g"}},
                                                {R"("a\"b\\c\d" '' "x"y)", {"a\"b\\c\\d", "", "xy"}},
                                                {"a $(b) | c", {"a", "$(b)", "|", "c"}}};
  for (const auto& [line, words] : good) EXPECT_EQ(words_of_command(line).value(), words) << line;
  for (const char* bad : {"", "  ", "'a", "\"a", "a\\", "''"})
    EXPECT_FALSE(words_of_command(bad).ok()) << bad;
}

TEST_F(CredentialsTest, OfAProgramAreWhatItPrints) {
  const auto run = [&](const std::string& script) {
    return output_of(
        {.words = {"/bin/sh", "-c", script}, .environment = {{"GIVEN", "yes"}}, .output_bytes_max = 100},
        clock_, Deadline::after(clock_.steady(), 5s));
  };
  EXPECT_EQ(run("printf %s \"$GIVEN$HOME\"").value(), "yes");
  EXPECT_EQ(run("echo no; echo secret >&2; exit 3").error().what, "/bin/sh: ended with status 3");
  EXPECT_EQ(run("kill -9 $$").error().what, "/bin/sh: was ended by a signal");
  EXPECT_EQ(run("yes | head -c 200").error().fault, Fault::Invalid);
  EXPECT_EQ(run("sleep 100 & echo left").value(), "left\n");
  EXPECT_EQ(output_of({.words = {"/no/such/program"}, .environment = {}}, clock_, in_time()).error().fault,
            Fault::Denied);
  const Result<std::string> late = output_of({.words = {"/bin/sleep", "100"}, .environment = {}}, clock_,
                                             Deadline::after(clock_.steady(), 100ms));
  EXPECT_EQ(late.error().fault, Fault::Retry);
}

TEST_F(CredentialsTest, AFileThatIsDevNullHasNoProfiles) {
  const Environment none{
      .variables = {{"AWS_CONFIG_FILE", "/dev/null"}, {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}}};
  const Result<Profiles> profiles = read_profiles(none, disk_);
  ASSERT_TRUE(profiles.ok()) << profiles.error().what;
  EXPECT_TRUE(profiles->empty());
}

TEST_F(CredentialsTest, OfAProcessComeFromOneInItsEnvironment) {
  ProcessCredentials process(clock_, {.variables = {{"GIVEN", document("PROCESS")}}, .home = {}},
                             "/bin/sh -c 'printf %s \"$GIVEN\"'");
  const Result<Credentials> got = process.fetch(in_time());
  ASSERT_TRUE(got.ok()) << got.error().what;
  EXPECT_EQ(got->access_key_id, "PROCESS");
}

TEST_F(CredentialsTest, SettingsComeFromTheEnvironmentThenTheProfile) {
  const std::string config = write("config",
                                   "[profile p]\nregion = eu-north-1\nca_bundle = /ca\nmax_attempts = 5\n"
                                   "use_fips_endpoint = true\nendpoint_url = http://profile\n");
  const auto of = [&](std::map<std::string, std::string, std::less<>> variables) {
    variables["AWS_CONFIG_FILE"] = config;
    return aws_settings({.variables = std::move(variables), .home = ""}, disk_);
  };
  const Result<AwsSettings> bare = of({});
  EXPECT_EQ(bare->region, "");
  EXPECT_EQ(bare->attempts_max, 3U);
  EXPECT_EQ(bare->endpoints.url, "");
  const Result<AwsSettings> profile = of({{"AWS_PROFILE", "p"}});
  EXPECT_EQ(profile->region, "eu-north-1");
  EXPECT_EQ(profile->ca_file, "/ca");
  EXPECT_EQ(profile->attempts_max, 5U);
  EXPECT_TRUE(profile->endpoints.use_fips);
  EXPECT_FALSE(profile->endpoints.use_dual_stack);
  EXPECT_EQ(profile->endpoints.url, "http://profile");
  const Result<AwsSettings> both = of({{"AWS_PROFILE", "p"},
                                       {"AWS_DEFAULT_REGION", "us-east-2"},
                                       {"AWS_CA_BUNDLE", "/own"},
                                       {"AWS_MAX_ATTEMPTS", "1"},
                                       {"AWS_USE_FIPS_ENDPOINT", "false"},
                                       {"AWS_USE_DUALSTACK_ENDPOINT", "true"},
                                       {"AWS_ENDPOINT_URL", "http://all"},
                                       {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://logs"}});
  EXPECT_EQ(both->region, "us-east-2");
  EXPECT_EQ(of({{"AWS_REGION", "a"}, {"AWS_DEFAULT_REGION", "b"}})->region, "a");
  EXPECT_EQ(both->ca_file, "/own");
  EXPECT_EQ(both->attempts_max, 1U);
  EXPECT_FALSE(both->endpoints.use_fips);
  EXPECT_TRUE(both->endpoints.use_dual_stack);
  EXPECT_EQ(both->proxies.https, "");
  const Result<AwsSettings> proxied = of({{"HTTPS_PROXY", "http://upper:1"},
                                          {"HTTP_PROXY", "http://upper:2"},
                                          {"http_proxy", "http://lower:2"},
                                          {"NO_PROXY", "upper.example"},
                                          {"no_proxy", ""}});
  EXPECT_EQ(proxied->proxies.https, "http://upper:1");
  EXPECT_EQ(proxied->proxies.http, "http://lower:2") << "the name in lower case counts";
  EXPECT_EQ(proxied->proxies.none, "") << "also when it is empty";
  EXPECT_EQ(both->endpoints.url, "http://all");
  EXPECT_EQ(both->endpoints.urls, (std::map<Service, std::string>{{Service::Logs, "http://logs"}}));
  EXPECT_EQ(of({{"AWS_ENDPOINT_URL", "http://all"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}})
                ->endpoints.url,
            "");
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"AWS_MAX_ATTEMPTS", "0"},
                                                                  {"AWS_MAX_ATTEMPTS", "x"},
                                                                  {"AWS_MAX_ATTEMPTS", "101"},
                                                                  {"AWS_USE_FIPS_ENDPOINT", "yes"}})
    EXPECT_EQ(of({{name, value}}).error().fault, Fault::Invalid) << name << value;
  write("config",
        "[default]\nservices = mine\n[services mine]\nsqs =\n  endpoint_url = http://sqs\n"
        "[profile q]\nservices = missing\n");
  EXPECT_EQ(of({})->endpoints.urls, (std::map<Service, std::string>{{Service::Sqs, "http://sqs"}}));
  const Result<AwsSettings> missing = of({{"AWS_PROFILE", "q"}});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().fault, Fault::Invalid);
  EXPECT_NE(missing.error().what.find("missing"), std::string::npos) << missing.error().what;
  write("config", "[default]\nregion = plain\n[profile default]\nregion = named\n");
  EXPECT_EQ(of({})->region, "named");
  write("config", "[profile p]\nsecret");
  EXPECT_EQ(of({}).error().what, config + ": line 2: neither [section] nor name = value");
}

}  // namespace
}  // namespace headgate::aws
