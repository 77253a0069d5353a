#include "aws/credentials/default_credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "aws/credentials/assumed_role.h"
#include "aws/credentials/container_credentials.h"
#include "aws/credentials/credentials_document.h"
#include "aws/credentials/instance_credentials.h"
#include "aws/credentials/process_credentials.h"
#include "aws/credentials/refreshing_credentials.h"
#include "aws/credentials/shared_profiles.h"
#include "aws/credentials/web_identity.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

using Source = std::unique_ptr<CredentialsSource>;

// The role of a profile, with the credentials that assume it.
class ProfileRole final : public CredentialsSource {
 public:
  ProfileRole(const CredentialsDeps& deps, Source base, Endpoint sts, RoleRequest request)
      : base_(std::move(base)),
        role_({.clock = deps.clock,
               .random = deps.random,
               .http = deps.http,
               .base = *base_,
               .stop = deps.stop,
               .attempts_max = deps.attempts_max},
              std::move(sts), std::move(request)) {}
  Result<Credentials> get(Deadline deadline) override { return role_.get(deadline); }
  void forget(const Credentials& refused) override { role_.forget(refused); }

 private:
  const Source base_;
  AssumedRole role_;
};

class Chain {
 public:
  Chain(const CredentialsDeps& deps, const Environment& environment, const AwsSettings& settings)
      : deps_(deps), environment_(environment), settings_(settings) {
    deps_.attempts_max = settings.attempts_max;
  }

  Result<Source> build() {
    if (!variable("AWS_ACCESS_KEY_ID").empty() && !variable("AWS_SECRET_ACCESS_KEY").empty())
      return of_environment();
    profiles_ = TRY(read_profiles(environment_, deps_.disk));
    const std::string profile = profile_name(environment_);
    const bool is_named = !variable("AWS_PROFILE").empty();
    const auto found = profiles_.find(profile);
    const bool is_there = found != profiles_.end();
    if (is_named && !is_there)
      return Error{Fault::Denied, "profile " + profile + ": is in neither of the shared files"};
    const bool is_meant = is_there && (has_credentials(found->second) || wants_a_person(found->second));
    if (is_named && is_meant) return of_profile(profile);
    if (!variable("AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !variable("AWS_ROLE_ARN").empty())
      return of_web_identity({.arn = variable("AWS_ROLE_ARN"),
                              .token_file = variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
                              .session_name = variable("AWS_ROLE_SESSION_NAME")});
    if (is_meant) return of_profile(profile);
    if (ContainerCredentials::are_offered(environment_)) return of_container();
    if (InstanceCredentials::are_allowed(environment_)) return of_instance();
    return Error{
        Fault::Denied,
        "none are configured in the environment, the shared files, web identity, container or instance"};
  }

 private:
  std::string variable(std::string_view name) const { return environment_.variable(name); }
  static std::string value(const IniSection& profile, std::string_view name) {
    const auto found = profile.find(name);
    return found == profile.end() ? std::string() : found->second;
  }
  static bool has_credentials(const IniSection& profile) {
    return std::any_of(profile.begin(), profile.end(), [](const auto& entry) {
      return entry.first == "aws_access_key_id" || entry.first == "role_arn" ||
             entry.first == "credential_process";
    });
  }

  // Whether the profile signs in through a browser.
  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
  static bool wants_a_person(const IniSection& profile) {
    return std::any_of(profile.begin(), profile.end(), [](const auto& entry) {
      return entry.first.starts_with("sso_") || entry.first == "login_session";
    });
  }

  Source kept(std::unique_ptr<CredentialsOrigin> origin) const {
    return std::make_unique<RefreshingCredentials>(deps_.clock, deps_.random, std::move(origin),
                                                   RefreshingCredentials::Options{});
  }
  Result<Endpoint> sts() const {
    if (settings_.region.empty())
      return Error{Fault::Invalid,
                   "a region is needed to assume a role: set AWS_REGION or the profile's region"};
    return endpoint_of(Service::Sts, settings_.region, settings_.endpoints);
  }

  Result<Source> of_environment() const {
    Credentials credentials{.access_key_id = variable("AWS_ACCESS_KEY_ID"),
                            .secret_access_key = variable("AWS_SECRET_ACCESS_KEY"),
                            .session_token = variable("AWS_SESSION_TOKEN"),
                            .expires_at = {}};
    TRY_IN("environment", check_credentials(credentials));
    return Source(std::make_unique<FixedCredentials>(std::move(credentials)));
  }
  Result<Source> of_web_identity(WebIdentity::Role role) const {
    return kept(std::make_unique<WebIdentity>(deps_, TRY(sts()), std::move(role)));
  }
  Result<Source> of_container() const {
    return kept(std::make_unique<ContainerCredentials>(deps_, environment_));
  }
  Result<Source> of_instance() const {
    return kept(std::make_unique<InstanceCredentials>(deps_, environment_));
  }

  // `path_` holds the profiles that led to this one. A profile may name itself as source_profile, for its
  // keys.
  Result<Source> of_profile(const std::string& name) {
    constexpr std::size_t kLongest = 5;
    const auto found = profiles_.find(name);
    if (found == profiles_.end()) return Error{Fault::Invalid, "profile " + name + ": does not exist"};
    const IniSection& profile = found->second;
    const bool came_by = std::find(path_.begin(), path_.end(), name) != path_.end();
    if (path_.size() >= kLongest || (came_by && path_.back() != name))
      return Error{Fault::Invalid,
                   "profile " + name + ": its chain of source_profile is a circle, or too long"};
    path_.push_back(name);
    if (!came_by && !value(profile, "role_arn").empty()) return of_role(name, profile);
    if (!value(profile, "aws_access_key_id").empty()) return of_keys(name, profile);
    if (const std::string command = value(profile, "credential_process"); !command.empty())
      return kept(std::make_unique<ProcessCredentials>(deps_.clock, environment_, command));
    if (wants_a_person(profile))
      return Error{
          Fault::Invalid,
          "profile " + name +
              ": signs in through a browser (SSO), which a service cannot: use keys, role_arn with a "
              "source, or credential_process = aws configure export-credentials --profile ... "
              "--format process"};
    return Error{Fault::Invalid, "profile " + name + ": contains no credentials of a supported kind"};
  }
  static Result<Source> of_keys(const std::string& name, const IniSection& profile) {
    Credentials credentials{.access_key_id = value(profile, "aws_access_key_id"),
                            .secret_access_key = value(profile, "aws_secret_access_key"),
                            .session_token = value(profile, "aws_session_token"),
                            .expires_at = {}};
    TRY_IN("profile " + name, check_credentials(credentials));
    return Source(std::make_unique<FixedCredentials>(std::move(credentials)));
  }
  Result<Source> of_role(const std::string& name, const IniSection& profile) {
    const std::string session = value(profile, "role_session_name");
    if (const std::string file = value(profile, "web_identity_token_file"); !file.empty())
      return of_web_identity(
          {.arn = value(profile, "role_arn"), .token_file = file, .session_name = session});
    if (!value(profile, "mfa_serial").empty())
      return Error{Fault::Invalid,
                   "profile " + name + ": mfa_serial needs a person, so it cannot be used here"};
    RoleRequest request{.role_arn = value(profile, "role_arn"),
                        .session_name = session.empty() ? "headgate" : session,
                        .external_id = value(profile, "external_id")};
    if (const std::string duration = value(profile, "duration_seconds"); !duration.empty()) {
      const int seconds = parse_number<int>(duration).value_or(0);
      if (seconds < 900 || seconds > 43'200)
        return Error{Fault::Invalid,
                     "profile " + name + ": duration_seconds must be a number from 900 to 43200"};
      request.duration = std::chrono::seconds{seconds};
    }
    Endpoint endpoint = TRY(sts());
    Source base = TRY(base_of(name, profile));
    return Source(
        std::make_unique<ProfileRole>(deps_, std::move(base), std::move(endpoint), std::move(request)));
  }
  Result<Source> base_of(const std::string& name, const IniSection& profile) {
    if (const std::string source = value(profile, "source_profile"); !source.empty())
      return of_profile(source);
    const std::string kind = value(profile, "credential_source");
    if (kind == "Environment") return of_environment();
    if (kind == "EcsContainer") return of_container();
    if (kind == "Ec2InstanceMetadata") return of_instance();
    return Error{Fault::Invalid, "profile " + name + ": role_arn needs source_profile or credential_source"};
  }

  CredentialsDeps deps_;
  const Environment& environment_;
  const AwsSettings& settings_;
  Profiles profiles_;
  std::vector<std::string> path_;
};

}  // namespace

Result<std::unique_ptr<CredentialsSource>> default_credentials(const CredentialsDeps& deps,
                                                               const Environment& environment,
                                                               const AwsSettings& settings) {
  return TRY_IN("AWS credentials", Chain(deps, environment, settings).build());
}

}  // namespace headgate::aws
