#include "config/settings_kube.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "config/setting_binding.h"
#include "kube/label_selector.h"

namespace headgate::config {
namespace {

using Complaint = std::optional<std::string>;

constexpr std::int64_t kHour = 3600LL * 1000;  // durations are bounded in milliseconds

Complaint must_be_a_label_selector(const SettingValue& value) {
  const auto selector = kube::LabelSelector::parse(value.text);
  return selector.ok() ? std::nullopt : Complaint(selector.error().what);
}

Complaint must_be_an_api(const SettingValue& value) {
  const std::string& text = value.text;
  if (text == kNoKube) return std::nullopt;
  const bool is_url = text.starts_with("https://") || text.starts_with("http://");
  const bool is_bare = text.find_first_of("?#@ ") == std::string::npos && !text.ends_with('/');
  if (text.empty() || (is_url && is_bare)) return std::nullopt;
  return "must be off, or begin with https:// (or http://) and not end with a slash";
}

Complaint must_be_a_label(const SettingValue& value) {
  constexpr std::size_t kBytesMax = 253 + 1 + 63;  // prefix/name
  const std::string& text = value.text;
  const bool is_sound = std::all_of(text.begin(), text.end(), [](unsigned char character) {
    return std::isalnum(character) != 0 ||
           std::string_view("-_./").find(char(character)) != std::string_view::npos;
  });
  if (is_sound && text.size() <= kBytesMax) return std::nullopt;
  return "must be a label's name, such as example.com/tenant";
}

}  // namespace

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

void add_kube_settings(std::vector<Setting>& table) {
  table.push_back(bind(MEMBER(kube.api),
                       {.key = "kube.api",
                        .doc = "Address of the Kubernetes API, for example https://10.0.0.1:443. If empty, "
                               "the agent uses the address that Kubernetes gives to each pod. An http:// "
                               "address must be loopback unless no token is sent. With off there is no API, "
                               "and all pods' logs are collected under the names in their paths.",
                        .used_by = kCollect,
                        .complaint = must_be_an_api}));
  table.push_back(
      bind(MEMBER(kube.token_file), {.key = "kube.token_file",
                                     .standard = "/var/run/secrets/kubernetes.io/serviceaccount/token",
                                     .doc = "File that holds the service account's token. The agent reads it "
                                            "again each minute. If empty, no token is sent.",
                                     .used_by = kCollect}));
  table.push_back(
      bind(MEMBER(kube.ca_file), {.key = "kube.ca_file",
                                  .standard = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                                  .doc = "PEM file of the authorities that must have signed the API's "
                                         "certificate. If empty, the machine's own authorities are used.",
                                  .used_by = kCollect}));
  table.push_back(bind(MEMBER(kube.node_name),
                       {.key = "kube.node_name",
                        .doc = "Name of the node that the agent runs on (spec.nodeName). The agent asks for "
                               "the pods of this node only. It is required unless kube.api is off.",
                        .used_by = kCollect}));
  table.push_back(bind(MEMBER(kube.namespace_selector),
                       {.key = "kube.namespace_selector",
                        .standard = "hypershift.openshift.io/hosted-control-plane=true",
                        .doc = "Labels of the namespaces whose pods' logs are collected, in the syntax of "
                               "kubectl -l: a=b,c in (d,e),!f. If empty, all namespaces are collected.",
                        .used_by = kCollect,
                        .complaint = must_be_a_label_selector}));
  table.push_back(
      bind(MEMBER(kube.pod_selector), {.key = "kube.pod_selector",
                                       .doc = "Labels that a pod in those namespaces must have for its logs "
                                              "to be collected. If empty, all pods are collected.",
                                       .used_by = kCollect,
                                       .complaint = must_be_a_label_selector}));
  table.push_back(bind(MEMBER(kube.exclude_containers),
                       {.key = "kube.exclude_containers",
                        .doc = "Names of containers whose logs are never collected, in any pod.",
                        .used_by = kCollect}));
  table.push_back(bind(MEMBER(kube.tenant_label),
                       {.key = "kube.tenant_label",
                        .doc = "Label whose value names the tenant, for {tenant} in key.template. The label "
                               "of the namespace counts first, then that of the pod. Without a label that is "
                               "a valid tenant id, or if this setting is empty, the namespace's name is the "
                               "tenant. Anyone who may set this label decides whose logs these are.",
                        .used_by = kCollect,
                        .complaint = must_be_a_label}));
  table.push_back(
      bind(MEMBER(kube.pod_wait_max),
           {.key = "kube.pod_wait_max",
            .standard = "60s",
            .doc = "How long the logs of a pod wait while the API does not know the pod. After this time "
                   "they are collected as application unknown if the namespace is known to be selected, "
                   "until the API knows the pod. If kube.pod_selector is set, or kube.tenant_label leaves "
                   "the tenant open, they wait until the API knows the pod.",
            .used_by = kCollect,
            .least = 0,
            .most = 24 * kHour}));
  table.push_back(
      bind(MEMBER(kube.api_wait_max),
           {.key = "kube.api_wait_max",
            .standard = "1h",
            .doc = "How long the logs of all pods wait while the API has never answered on this node. After "
                   "this time all of them are collected, but only if kube.namespace_selector, "
                   "kube.pod_selector and kube.tenant_label are all empty. If one of those is set, nothing "
                   "is collected before the API has answered. With 0 they wait without limit.",
            .used_by = kCollect,
            .least = 0,
            .most = 30 * 24 * kHour}));
  table.push_back(
      bind(MEMBER(kube.allow_opt_out),
           {.key = "kube.allow_opt_out",
            .standard = "true",
            .doc = "Whether a pod may exclude itself or its containers by annotation or label, such as "
                   "headgate.io/exclude. The label vector.dev/exclude of a namespace always counts, because "
                   "whoever sets it could also remove the label that selects the namespace.",
            .used_by = kCollect}));
  table.push_back(bind(
      MEMBER(kube.collect_own_logs),
      {.key = "kube.collect_own_logs",
       .standard = "false",
       .doc =
           "Whether the logs of Headgate's own pods are collected. These are the agent's own pod, and pods "
           "whose label app.kubernetes.io/part-of, app.kubernetes.io/name or app is headgate or begins with "
           "headgate-. Such logs can feed themselves, because each collected line may cause another line. "
           "With kube.allow_opt_out false, these labels count in the agent's own namespace only.",
       .used_by = kCollect}));
  table.push_back(
      bind(MEMBER(kube.own_namespace), {.key = "kube.own_namespace",
                                        .doc = "Namespace that the agent itself runs in. If empty, it is "
                                               "read from the file named namespace beside kube.token_file.",
                                        .used_by = kCollect}));
}

#undef MEMBER

}  // namespace headgate::config
