#include "cli/checklist.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/object_key.h"

namespace headgate::cli {

namespace {

constexpr std::int64_t kDaySeconds = 86'400;

std::string duration(std::int64_t seconds) {
  if (seconds % kDaySeconds == 0 && seconds > 0) return fmt::format("{} d", seconds / kDaySeconds);
  return fmt::format("{} s", seconds);
}

std::string queue_command(std::string_view url, const std::string& attributes) {
  return fmt::format("aws sqs set-queue-attributes --queue-url {} --attributes '{}'", url, attributes);
}

std::vector<std::string> suffixes_of(const config::Config& config) {
  const std::string suffix = config.collect.codec == Codec::Zstd ? ".json.zst" : ".json.gz";
  return {suffix};
}

std::string fixed_prefix(const config::Config& config) {
  const auto key_template = KeyTemplate::parse(config.key.template_text);
  return key_template.ok() ? key_template->fixed_prefix() : std::string();
}

bool takes_ours(const aws::NotificationTarget& target, const config::Config& config) {
  const std::vector<std::string> suffixes = suffixes_of(config);
  const bool has_suffix = std::all_of(suffixes.begin(), suffixes.end(), [&](const std::string& suffix) {
    return suffix.ends_with(target.suffix);
  });
  return target.is_of_creation && has_suffix && fixed_prefix(config).starts_with(target.prefix);
}

std::string key_words(const std::vector<aws::KeyPart>& key) {
  std::string words;
  for (const aws::KeyPart& part : key)
    words += fmt::format("{}{} {} {}", words.empty() ? "" : ", ", part.name, part.role, part.type);
  return words.empty() ? "none" : words;
}

}  // namespace

Finding good(std::string what) {
  return {.state = Finding::State::Good, .what = std::move(what), .fix = {}};
}

Finding bad(std::string what, std::string fix) {
  return {.state = Finding::State::Bad, .what = std::move(what), .fix = std::move(fix)};
}

Finding cannot_look(std::string_view what, const Error& error, std::string_view action) {
  if (error.fault == Fault::Denied)
    return {.state = Finding::State::Unknown,
            .what = fmt::format("{}: not looked at: {}", what, error.what),
            .fix = fmt::format("allow {} to have it checked; deliveries do not need it", action)};
  return bad(fmt::format("{}: {}", what, error.what),
             "see the error; aws.region and the endpoints name where it was asked");
}

std::string shown(const Finding& finding) {
  const char* mark = "\xe2\x9c\x93";                                // ✓
  if (finding.state == Finding::State::Bad) mark = "\xe2\x9c\x97";  // ✗
  if (finding.state == Finding::State::Unknown) mark = "?";
  std::string text = fmt::format("{} {}\n", mark, finding.what);
  if (!finding.fix.empty()) text += fmt::format("    {}\n", finding.fix);
  return text;
}

Findings judge_queue(const aws::QueueFacts& queue, const aws::QueueFacts* dead_letters, std::string_view url,
                     const config::Config& config) {
  Findings found;
  const std::int64_t visibility =
      std::chrono::duration_cast<std::chrono::seconds>(config.process.visibility).count();
  if (queue.visibility_seconds >= visibility) {
    found.push_back(good(fmt::format("queue visibility: {}", duration(queue.visibility_seconds))));
  } else {
    found.push_back(
        bad(fmt::format(
                "queue visibility: a message comes to a second worker after {}, and one works on it for {} "
                "(process.visibility) before it asks for more",
                duration(queue.visibility_seconds), duration(visibility)),
            queue_command(url, fmt::format(R"({{"VisibilityTimeout":"{}"}})", visibility))));
  }
  if (queue.receives_max == 0) {
    found.push_back(
        bad("queue maxReceiveCount: it has no dead-letter queue, so that a message that nobody can handle "
            "comes for ever",
            queue_command(
                url,
                fmt::format(
                    R"({{"RedrivePolicy":"{{\"deadLetterTargetArn\":\"ARN\",\"maxReceiveCount\":\"{}\"}}"}})",
                    config.process.receives_max))));
    return found;
  }
  if (queue.receives_max >= config.process.receives_max) {
    found.push_back(good(fmt::format("queue maxReceiveCount: {}", queue.receives_max)));
  } else {
    found.push_back(bad(
        fmt::format("queue maxReceiveCount: after {} tries a slow delivery becomes a dead letter; "
                    "process.receives_max is {}",
                    queue.receives_max, config.process.receives_max),
        queue_command(
            url, fmt::format(
                     R"({{"RedrivePolicy":"{{\"deadLetterTargetArn\":\"{}\",\"maxReceiveCount\":\"{}\"}}"}})",
                     queue.dead_letter_arn, config.process.receives_max))));
  }
  if (dead_letters == nullptr) return found;
  if (dead_letters->retention_seconds >= queue.retention_seconds) {
    found.push_back(good(fmt::format("dead letters: {} kept for {}", dead_letters->arn,
                                     duration(dead_letters->retention_seconds))));
  } else {
    found.push_back(
        bad(fmt::format(
                "dead letters: kept for {}, messages for {}; their age goes on, so that they are gone first",
                duration(dead_letters->retention_seconds), duration(queue.retention_seconds)),
            queue_command("URL-OF-THE-DEAD-LETTERS",
                          fmt::format(R"({{"MessageRetentionPeriod":"{}"}})", queue.retention_seconds))));
  }
  return found;
}

Findings judge_notifications(const aws::NotificationFacts& facts, const config::Config& config,
                             NotifiedTargets& targets) {
  const std::string bucket = config.store.bucket.str();
  const std::string fix = fmt::format(
      "aws s3api put-bucket-notification-configuration --bucket {} --notification-configuration "
      R"('{{"TopicConfigurations":[{{"TopicArn":"TOPIC","Events":["s3:ObjectCreated:*"]}}]}}')",
      bucket);
  const std::string wanted =
      "objects under " + fixed_prefix(config) + "... that end in " + suffixes_of(config).front();
  std::string other;  // what there is, and takes not ours
  const auto take = [&](const std::vector<aws::NotificationTarget>& from, std::vector<std::string>& to) {
    for (const aws::NotificationTarget& target : from) {
      if (takes_ours(target, config)) {
        to.push_back(target.arn);
      } else {
        other += fmt::format("{}{} (prefix \"{}\", suffix \"{}\")", other.empty() ? "" : ", ", target.arn,
                             target.prefix, target.suffix);
      }
    }
  };
  take(facts.topics, targets.topics);
  take(facts.queues, targets.queues);
  std::vector<std::string> functions;
  take(facts.functions, functions);
  if (!targets.topics.empty() || !targets.queues.empty() || !functions.empty()) {
    std::string to;
    for (const auto& arns : {targets.topics, targets.queues, functions}) {
      for (const std::string& arn : arns) to += (to.empty() ? "" : ", ") + arn;
    }
    return {good("notification: new objects are told to " + to)};
  }
  if (facts.has_event_bridge)
    return {good("notification: new objects are told to EventBridge; its rules are not looked at")};
  if (!other.empty()) return {bad("notification: none of new " + wanted + "; there is " + other, fix)};
  return {bad("notification: none, so that nobody is told of new " + wanted, fix)};
}

Findings judge_lifecycle(const std::vector<aws::LifecycleRule>& rules, std::int64_t retention_seconds,
                         const config::Config& config) {
  const std::string prefix = fixed_prefix(config);
  std::int64_t days = 0;
  for (const aws::LifecycleRule& rule : rules) {
    const bool is_ours =
        !rule.has_other_conditions && (prefix.starts_with(rule.prefix) || rule.prefix.starts_with(prefix));
    if (is_ours && rule.expires_days > 0)
      days = days == 0 ? rule.expires_days : std::min(days, rule.expires_days);
  }
  if (days == 0) return {good("retention: objects of the bucket do not expire")};
  if (days * kDaySeconds < retention_seconds)
    return {
        bad(fmt::format("retention: objects expire after {} d, and messages about them wait for up to {}: "
                        "what is late is lost",
                        days, duration(retention_seconds)),
            fmt::format("let them expire after {} d or more: aws s3api put-bucket-lifecycle-configuration "
                        "--bucket {} ...",
                        (retention_seconds + kDaySeconds - 1) / kDaySeconds, config.store.bucket.view()))};
  return {good(fmt::format("retention: objects expire after {} d", days))};
}

Findings judge_ledger_table(const aws::TableFacts& table, const Result<std::string>& expiry,
                            const config::Config& config) {
  const std::string name = config.aws.ledger_table;
  const std::string making =
      "it is made as docs/contributing/formats/ledger-table.md says, and keys cannot be changed: make "
      "another table";
  const std::vector<aws::KeyPart> wanted{{"object", "HASH", "S"}, {"delivery", "RANGE", "S"}};
  const std::vector<aws::KeyPart> wanted_of_index{{"parked_tenant", "HASH", "S"},
                                                  {"parked_at", "RANGE", "N"}};
  Findings found;
  if (table.key == wanted) {
    found.push_back(good("ledger: " + name + " has its keys"));
  } else {
    found.push_back(bad(
        "ledger: " + name + " has the key " + key_words(table.key) + ", not " + key_words(wanted), making));
  }
  const auto index = table.indexes.find("parked");
  if (index != table.indexes.end() && index->second == wanted_of_index) {
    found.push_back(good("ledger: the index parked has its keys"));
  } else {
    found.push_back(bad(
        "ledger: " + name +
            " has no index parked of parked_tenant and parked_at: what is parked cannot be found",
        "aws dynamodb update-table --table-name " + name +
            " --attribute-definitions AttributeName=parked_tenant,AttributeType=S "
            "AttributeName=parked_at,AttributeType=N --global-secondary-index-updates "
            R"('[{"Create":{"IndexName":"parked","KeySchema":[{"AttributeName":"parked_tenant","KeyType":"HASH"},)"
            R"({"AttributeName":"parked_at","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}}]')"));
  }
  if (!expiry.ok()) {
    found.push_back(cannot_look("ledger: time to live", expiry.error(), "dynamodb:DescribeTimeToLive"));
  } else if (*expiry == "expires_at") {
    found.push_back(good("ledger: rows expire by expires_at"));
  } else {
    found.push_back(bad("ledger: rows do not expire, so that " + name + " grows for ever",
                        "aws dynamodb update-time-to-live --table-name " + name +
                            " --time-to-live-specification Enabled=true,AttributeName=expires_at"));
  }
  return found;
}

Findings judge_tenants_table(const aws::TableFacts& table, const config::Config& config) {
  const std::vector<aws::KeyPart> wanted{{"tenant_id", "HASH", "S"}, {"type", "RANGE", "S"}};
  if (table.key == wanted) return {good("tenants: " + config.aws.tenants_table + " has its keys")};
  return {bad("tenants: " + config.aws.tenants_table + " has the key " + key_words(table.key) + ", not " +
                  key_words(wanted),
              "name the right table with aws.tenants_table, or make one as docs/aws.md says")};
}

}  // namespace headgate::cli
