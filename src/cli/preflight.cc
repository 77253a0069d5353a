#include "cli/preflight.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "assembly/tenant_rules.h"
#include "aws/credentials/sts.h"
#include "aws/s3/s3_store.h"
#include "aws/sqs/sqs_client.h"
#include "aws/sqs/sqs_name.h"
#include "model/quarantine_key.h"
#include "tenants/completion.h"
#include "tenants/former_tenant.h"
#include "tenants/validate.h"

namespace headgate::cli {

namespace {

constexpr std::chrono::seconds kCallMax{30};
constexpr std::size_t kPageRows = 100;

std::string arn_of_principal(const std::string& arn) {
  return arn.empty() ? "arn:aws:iam::ACCOUNT:role/OURS" : arn;
}

class Preflight {
 public:
  Preflight(ProcessRun& run, const PreflightOptions& options, const std::function<void(const Finding&)>& tell)
      : run_(run), options_(options), tell_(tell) {}

  Result<> in_aws() {
    clients_ = TRY(assembly::AwsClients::open(run_.client_deps(), run_.config, run_.stop));
    if (!check_identity()) return {};  // nothing else can work
    if (is_for(Part::Collect) || is_for(Part::Process)) TRY(check_bucket());
    if (is_for(Part::Process)) TRY(check_queue());
    if (is_for(Part::Collect) || is_for(Part::Process)) TRY(check_notifications());
    if (is_for(Part::Process)) TRY(check_ledger());
    if (is_for(Part::Process) || is_for(Part::Api)) TRY(check_tenants());
    return {};
  }

  Result<> on_this_machine() {
    const config::Config& config = run_.config;
    for (const auto& [what, path] : {std::pair<std::string, std::string>{"store.root", config.store.root},
                                     {"local.root", config.local.root}}) {
      std::error_code cannot_tell;
      const bool is_there = std::filesystem::is_directory(path, cannot_tell);
      if (is_there && ::access(path.c_str(), R_OK | W_OK | X_OK) == 0) {
        tell_(good(what + ": " + path));
      } else if (is_there) {
        tell_(bad(what + ": " + path + " cannot be written",
                  "chown or chmod it for the user that runs headgate"));
      } else {
        tell_(bad(what + ": " + path + " is not there",
                  "mkdir -p " + path + " (headgate local makes it when it starts)"));
      }
    }
    return {};
  }

 private:
  bool is_for(Part part) const { return options_.part == Part::All || options_.part == part; }
  Deadline soon() { return Deadline::after(run_.clock.steady(), kCallMax); }
  void tell_all(const Findings& findings) {
    for (const Finding& finding : findings) tell_(finding);
  }

  bool check_identity() {
    const std::string role = run_.config.aws.role_arn;
    const auto endpoint = clients_->endpoint(aws::Service::Sts);
    if (!endpoint.ok()) {
      tell_(bad("identity: " + endpoint.error().what, "set aws.region"));
      return false;
    }
    aws::Sts own(clients_->with(clients_->source()), *endpoint, clients_->options());
    const Result<aws::CallerIdentity> identity = own.caller_identity(soon());
    if (!identity.ok()) {
      tell_(bad("identity: " + identity.error().what,
                "aws sts get-caller-identity; give the pod a role (IRSA, Pod Identity), the instance a "
                "profile, or set AWS_PROFILE"));
      return false;
    }
    tell_(good("identity: " + identity->arn));
    principal_ = identity->arn;
    if (role.empty()) return true;
    aws::Sts central(clients_->central(), *endpoint, clients_->options());
    const Result<aws::CallerIdentity> hop = central.caller_identity(soon());
    if (!hop.ok()) {
      tell_(bad("central role: " + role + ": " + hop.error().what,
                "allow sts:AssumeRole on it to " + identity->arn +
                    ", and let it in: aws iam update-assume-role-policy --role-name " +
                    role.substr(role.rfind('/') + 1) + " ..."));
      return false;
    }
    tell_(good("central role: " + hop->arn));
    principal_ = role;
    return true;
  }

  Result<> check_bucket() {
    bucket_ = TRY_IN("store.bucket",
                     aws::S3Bucket::open(clients_->central(), clients_->bucket_settings(run_.config)));
    const std::string name = run_.config.store.bucket.str();
    const Result<> is_there = aws::bucket_is_there(*bucket_, soon());
    if (is_there.ok()) {
      tell_(good("bucket: " + name));
    } else {
      const std::string owner = run_.config.store.owner;
      tell_(bad("bucket: " + name + ": " + is_there.error().what,
                "aws s3api head-bucket --bucket " + name +
                    (owner.empty() ? "" : " --expected-bucket-owner " + owner) +
                    "; allow s3:ListBucket, s3:GetObject and s3:PutObject on it to " +
                    arn_of_principal(principal_)));
    }
    tell_(probe(TRY_IN("store.bucket",
                       aws::S3Store::open(clients_->central(), clients_->bucket_settings(run_.config)))));
    return {};
  }

  // An object of a few bytes under quarantine, whose announcement workers acknowledge: written with the
  // encryption that is configured, read back by whoever reads, and removed.
  Finding probe(const std::unique_ptr<aws::S3Store>& store) {
    constexpr std::string_view kText = "headgate check\n";
    // As of a message (docs/contributing/formats/quarantine.md): of other keys there workers would believe
    // that they are logs.
    const ObjectKey key(
        fmt::format("{}messages/check-{}-{:016x}.json", kQuarantinePrefix, run_.random.uuid(), 0));
    const std::string where = "probe: " + key.str();
    const auto fix = [&](std::string_view action) {
      return fmt::format(
          "allow {} on arn:aws:s3:::{}/{}* to {}, and with a KMS key kms:GenerateDataKey and kms:Decrypt on "
          "it",
          action, run_.config.store.bucket.view(), kQuarantinePrefix, arn_of_principal(principal_));
    };
    const auto put = put_object(*store, key, kText, {.mode = PutMode::OnlyIfAbsent}, soon());
    if (!put.ok()) return bad(where + ": cannot be written: " + put.error().what, fix("s3:PutObject"));
    Result<> was_read;
    if (is_for(Part::Process)) {
      const auto reader = store->open_reader(key, std::nullopt, soon());
      std::array<char, 64> room{};
      const auto read = reader.ok() ? (*reader)->read(room) : Result<std::size_t>(reader.error());
      if (!read.ok()) was_read = read.error();
    }
    const Result<> removed = store->remove(key, soon());
    if (!was_read.ok()) return bad(where + ": cannot be read: " + was_read.error().what, fix("s3:GetObject"));
    if (!removed.ok())
      return {.state = Finding::State::Unknown,
              .what = where + ": written, and stays: " + removed.error().what,
              .fix = fix("s3:DeleteObject") + "; only this check needs it"};
    return good("probe: written" + std::string(is_for(Part::Process) ? ", read" : "") +
                " and removed under " + std::string(kQuarantinePrefix));
  }

  Result<> check_notifications() {
    const auto facts = aws::notification_facts(*bucket_, soon());
    if (!facts.ok()) {
      tell_(cannot_look("notification", facts.error(), "s3:GetBucketNotification"));
    } else {
      NotifiedTargets targets;
      tell_all(judge_notifications(*facts, run_.config, targets));
      TRY(check_path_to_queue(targets));
    }
    const auto rules = aws::lifecycle_rules(*bucket_, soon());
    if (!rules.ok()) {
      tell_(cannot_look("retention", rules.error(), "s3:GetLifecycleConfiguration"));
    } else {
      tell_all(judge_lifecycle(*rules, queue_facts_ ? queue_facts_->retention_seconds : 0, run_.config));
    }
    return {};
  }

  // From topic to queue.
  Result<> check_path_to_queue(const NotifiedTargets& targets) {
    if (!queue_facts_) return {};
    const std::string& queue = queue_facts_->arn;
    if (std::find(targets.queues.begin(), targets.queues.end(), queue) != targets.queues.end()) return {};
    if (targets.topics.empty() && targets.queues.empty()) return {};
    for (const std::string& topic : targets.topics) {
      aws::ServiceClient sns(clients_->central(), TRY(clients_->endpoint(aws::Service::Sns)),
                             clients_->options());
      const auto subscriptions = aws::subscriptions_of(sns, topic, soon());
      if (!subscriptions.ok()) {
        tell_(cannot_look("subscription of " + topic, subscriptions.error(), "sns:ListSubscriptionsByTopic"));
        return {};
      }
      const bool has_it = std::any_of(
          subscriptions->begin(), subscriptions->end(),
          [&](const aws::Subscription& one) { return one.protocol == "sqs" && one.endpoint == queue; });
      if (!has_it) continue;
      tell_(good("subscription: " + topic + " -> " + queue));
      return {};
    }
    const std::string topic = targets.topics.empty() ? "TOPIC" : targets.topics.front();
    tell_(bad("subscription: nothing that the bucket tells reaches the queue " + queue,
              "aws sns subscribe --topic-arn " + topic + " --protocol sqs --notification-endpoint " + queue +
                  ", and let the topic send to the queue by its policy"));
    return {};
  }

  Result<> check_queue() {
    const std::string& url = run_.config.aws.queue_url;
    if (url.empty()) {
      tell_(bad("queue: none is set",
                "set aws.queue_url (mode lambda is given its messages by AWS, and needs none)"));
      return {};
    }
    aws::ServiceClient sqs(clients_->central(), TRY(clients_->endpoint(aws::Service::Sqs)),
                           clients_->options());
    const auto facts = aws::queue_facts(sqs, url, soon());
    if (!facts.ok()) {
      tell_(bad(
          "queue: " + url + ": " + facts.error().what,
          "aws sqs get-queue-attributes --queue-url " + url +
              " --attribute-names All; allow sqs:ReceiveMessage, DeleteMessage, ChangeMessageVisibility and "
              "GetQueueAttributes on it to " +
              arn_of_principal(principal_)));
      return {};
    }
    queue_facts_ = *facts;
    tell_(good("queue: " + facts->arn));
    std::optional<aws::QueueFacts> dead;
    if (const auto arn = aws::parse_queue_arn(facts->dead_letter_arn)) {
      aws::SqsClient names(clients_->central(), TRY(clients_->endpoint(aws::Service::Sqs)),
                           clients_->options(), kCallMax);
      const auto dead_url = names.url_of(*arn, soon());
      const auto dead_facts = dead_url.ok() ? aws::queue_facts(sqs, *dead_url, soon())
                                            : Result<aws::QueueFacts>(dead_url.error());
      if (dead_facts.ok()) {
        dead = *dead_facts;
      } else if (dead_facts.error().fault == Fault::Denied) {
        tell_(cannot_look("dead letters", dead_facts.error(),
                          "sqs:GetQueueUrl and sqs:GetQueueAttributes on " + facts->dead_letter_arn));
      } else {
        tell_(bad("dead letters: " + facts->dead_letter_arn + ": " + dead_facts.error().what,
                  "aws sqs create-queue --queue-name " + arn->name));
      }
    }
    tell_all(judge_queue(*facts, dead ? &*dead : nullptr, url, run_.config));
    const Result<> may = aws::may_change_visibility(sqs, url, soon());
    if (may.ok()) {
      tell_(good("queue: visibility may be changed"));
    } else {
      tell_(bad("queue: the role is not allowed to change the visibility of messages: " + may.error().what,
                "allow sqs:ChangeMessageVisibility on " + facts->arn + " to " + arn_of_principal(principal_) +
                    "; without it each failed delivery waits for the queue's own time-out"));
    }
    return {};
  }

  Result<> check_ledger() {
    const std::string& name = run_.config.aws.ledger_table;
    aws::ServiceClient dynamo(clients_->central(), TRY(clients_->endpoint(aws::Service::DynamoDb)),
                              clients_->options());
    const auto table = aws::table_facts(dynamo, name, soon());
    if (!table.ok()) {
      tell_(table.error().what.find("AccessDenied") != std::string::npos
                ? cannot_look("ledger", table.error(), "dynamodb:DescribeTable")
                : bad("ledger: " + name + ": " + table.error().what,
                      "aws dynamodb create-table --cli-input-json file://ledger.json "
                      "(docs/contributing/formats/ledger-table.md)"));
      return {};
    }
    tell_all(judge_ledger_table(*table, aws::expiry_attribute(dynamo, name, soon()), run_.config));
    return {};
  }

  Result<> check_tenants() {
    const std::string& name = run_.config.aws.tenants_table;
    aws::ServiceClient dynamo(clients_->central(), TRY(clients_->endpoint(aws::Service::DynamoDb)),
                              clients_->options());
    const auto table = aws::table_facts(dynamo, name, soon());
    if (!table.ok()) {
      tell_(table.error().what.find("AccessDenied") != std::string::npos
                ? cannot_look("tenants", table.error(), "dynamodb:DescribeTable")
                : bad("tenants: " + name + ": " + table.error().what,
                      "aws dynamodb create-table ... (docs/aws.md)"));
    } else {
      tell_all(judge_tenants_table(*table, run_.config));
      const auto expiry = aws::expiry_attribute(dynamo, name, soon());
      if (!expiry.ok()) {
        tell_(cannot_look("tenants: time to live", expiry.error(), "dynamodb:DescribeTimeToLive"));
      } else if (*expiry == "ttl") {
        tell_(good("tenants: rows expire by ttl"));
      } else {
        tell_(bad("tenants: rows whose ttl is over stay in " + name + " (they count no more all the same)",
                  "aws dynamodb update-time-to-live --table-name " + name +
                      " --time-to-live-specification Enabled=true,AttributeName=ttl"));
      }
    }
    return is_for(Part::Process) ? check_roles() : Result<>();
  }

  Result<> check_roles() {
    const auto store =
        TRY(assembly::open_tenant_store(run_.client_deps(), run_.config, assembly::Access::Look));
    const tenants::Rules rules = assembly::tenant_rules(run_.config, run_.config.store.kind);
    std::vector<StoredConfiguration> rows;
    if (!options_.tenant.empty()) {
      auto found = store->of_tenant(TenantId(options_.tenant), soon());
      if (!found.ok()) return tell_rows_unreadable(found.error());
      rows = std::move(found).value();
    }
    std::string from;
    while (options_.tenant.empty() && rows.size() < options_.tenants_max) {
      auto page = store->list(from, kPageRows, soon());
      if (!page.ok()) return tell_rows_unreadable(page.error());
      std::move(page->rows.begin(), page->rows.end(), std::back_inserter(rows));
      if (page->next.empty() || page->next == from) break;
      from = page->next;
    }
    if (rows.size() > options_.tenants_max) rows.resize(options_.tenants_max);
    std::size_t tried = 0;
    for (StoredConfiguration& row : rows) {
      if (tenants::is_left_row(row.configuration)) continue;
      const std::string name =
          "tenant " + row.configuration.tenant.str() + " " + row.configuration.type.str();
      if (!row.undecodable.empty()) {
        tell_(bad(name + ": cannot be read: " + row.undecodable, "headgate tenant put -f FILE"));
        continue;
      }
      std::vector<StoredConfiguration> one{row};
      tenants::complete_rows(one, rules);
      const TenantConfiguration& configuration = one.front().configuration;
      if (!configuration.enabled) continue;
      const auto problems = tenants::validate(configuration, rules);
      if (!problems.empty()) {
        tell_(bad(name + ": " + in_words(problems),
                  "headgate tenant get " + row.configuration.tenant.str() + ", mend it, and put it"));
        continue;
      }
      if (configuration.log_distribution_role_arn.empty()) continue;
      check_role(name, configuration);
      ++tried;
    }
    if (tried == 0) tell_(good("tenants: no enabled row names a role"));
    return {};
  }

  Result<> tell_rows_unreadable(const Error& error) {
    tell_(bad("tenants: rows cannot be read: " + error.what, "allow dynamodb:Query and dynamodb:Scan on " +
                                                                 run_.config.aws.tenants_table + " to " +
                                                                 arn_of_principal(principal_)));
    return {};
  }

  // Lets us in with the tenant's external id, and with no other: else whoever learns its ARN could have us
  // write there.
  void check_role(const std::string& name, const TenantConfiguration& configuration) {
    const auto endpoint = clients_->endpoint(aws::Service::Sts);
    if (!endpoint.ok()) return;
    aws::Sts central(clients_->central(), *endpoint, clients_->options());
    const std::string& role = configuration.log_distribution_role_arn;
    aws::RoleRequest request{.role_arn = role,
                             .session_name = aws::session_name_of("headgate-check"),
                             .external_id = configuration.external_id,
                             .duration = std::chrono::seconds{900}};
    const std::string trust = fmt::format(
        R"(in the tenant's account: aws iam update-assume-role-policy --role-name {} --policy-document '{{"Version":"2012-10-17",)"
        R"("Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":)"
        R"({{"sts:ExternalId":"{}"}}}}}}]}}')",
        role.substr(role.rfind('/') + 1), arn_of_principal(principal_), configuration.external_id);
    const auto taken = central.assume_role(request, soon());
    if (!taken.ok()) {
      tell_(bad(name + ": role " + role + " does not let us in: " + taken.error().what, trust));
      return;
    }
    request.external_id = run_.random.uuid();
    const auto wrong = central.assume_role(request, soon());
    if (wrong.ok()) {
      tell_(bad(name + ": role " + role + " lets us in with any external id", trust));
    } else if (wrong.error().fault == Fault::Denied) {
      tell_(good(name + ": role " + role + " lets us in, and refuses another external id"));
    } else {
      tell_(cannot_look(name + ": role " + role + " with another external id", wrong.error(),
                        "sts:AssumeRole"));
    }
  }

  ProcessRun& run_;
  const PreflightOptions& options_;
  const std::function<void(const Finding&)>& tell_;
  std::unique_ptr<assembly::AwsClients> clients_;
  std::unique_ptr<aws::S3Bucket> bucket_;
  std::optional<aws::QueueFacts> queue_facts_;
  std::string principal_;  // as whom the rest is asked
};

}  // namespace

Result<> preflight(ProcessRun& run, const PreflightOptions& options,
                   const std::function<void(const Finding&)>& tell) {
  Preflight checks(run, options, tell);
  return run.config.store.kind == config::StoreKind::S3 ? checks.in_aws() : checks.on_this_machine();
}

QueuePreflight preflight_of_queue(assembly::AwsClients& clients, const config::Config& config, Clock& clock) {
  QueuePreflight preflight;
  Findings& found = preflight.found;
  const std::string& url = config.aws.queue_url;
  const auto endpoint = clients.endpoint(aws::Service::Sqs);
  if (url.empty() || !endpoint.ok()) return preflight;
  aws::ServiceClient sqs(clients.central(), *endpoint, clients.options());
  const Deadline deadline = Deadline::after(clock.steady(), kCallMax);
  const auto facts = aws::queue_facts(sqs, url, deadline);
  if (facts.ok()) found = judge_queue(*facts, nullptr, url, config);
  const Result<> may = aws::may_change_visibility(sqs, url, deadline);
  if (!may.ok() && may.error().fault == Fault::Denied) {
    preflight.may_change_visibility = false;
    found.push_back(
        bad("queue: the role is not allowed to change the visibility of messages: " + may.error().what,
            "allow sqs:ChangeMessageVisibility"));
  }
  std::erase_if(found, [](const Finding& finding) { return finding.state != Finding::State::Bad; });
  return preflight;
}

}  // namespace headgate::cli
