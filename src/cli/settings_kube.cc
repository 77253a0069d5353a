#include "cli/settings_kube.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cli/setting_binding.h"
#include "kube/label_selector.h"

namespace headgate::cli {
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
  table.push_back(
      bind(MEMBER(kube.api), {.key = "kube.api",
                              .doc = "Address of the Kubernetes API, e.g. https://10.0.0.1:443. Empty: "
                                     "the one that a pod in the cluster is told. http:// is taken for "
                                     "loopback, or where no token is sent. off: there is none, and "
                                     "all pods' logs are collected under the names that their paths say.",
                              .used_by = kCollect,
                              .complaint = must_be_an_api}));
  table.push_back(
      bind(MEMBER(kube.token_file),
           {.key = "kube.token_file",
            .standard = "/var/run/secrets/kubernetes.io/serviceaccount/token",
            .doc = "File of the service account's token; read again each minute. Empty: none is sent.",
            .used_by = kCollect}));
  table.push_back(
      bind(MEMBER(kube.ca_file), {.key = "kube.ca_file",
                                  .standard = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                                  .doc = "File of the authorities that the API's certificate is checked "
                                         "against (PEM). Empty: those of the machine.",
                                  .used_by = kCollect}));
  table.push_back(
      bind(MEMBER(kube.node_name), {.key = "kube.node_name",
                                    .doc = "The node that the agent runs on (spec.nodeName): only its pods "
                                           "are asked for. Must be set unless kube.api is off.",
                                    .used_by = kCollect}));
  table.push_back(bind(MEMBER(kube.namespace_selector),
                       {.key = "kube.namespace_selector",
                        .standard = "hypershift.openshift.io/hosted-control-plane=true",
                        .doc = "Labels of the namespaces whose pods' logs are collected, as kubectl -l takes "
                               "them: a=b,c in (d,e),!f. Empty: all namespaces.",
                        .used_by = kCollect,
                        .complaint = must_be_a_label_selector}));
  table.push_back(
      bind(MEMBER(kube.pod_selector),
           {.key = "kube.pod_selector",
            .doc = "Labels of the pods, in those namespaces, whose logs are collected. Empty: all.",
            .used_by = kCollect,
            .complaint = must_be_a_label_selector}));
  table.push_back(bind(MEMBER(kube.exclude_containers),
                       {.key = "kube.exclude_containers",
                        .doc = "Names of containers whose logs are not collected, whichever pod they are in.",
                        .used_by = kCollect}));
  table.push_back(bind(
      MEMBER(kube.tenant_label),
      {.key = "kube.tenant_label",
       .doc = "Label of the namespace, or else of the pod, whose value is the tenant: what {tenant} in "
              "key.template stands for. Where there is none, or none that can be a tenant's id, and when "
              "this is empty: the namespace's name. Who may label what decides whose logs they are.",
       .used_by = kCollect,
       .complaint = must_be_a_label}));
  table.push_back(
      bind(MEMBER(kube.pod_wait_max),
           {.key = "kube.pod_wait_max",
            .standard = "60s",
            .doc = "How long the logs of a pod that the API does not know wait for it, before they are "
                   "collected as those of the application unknown, if its namespace is known to be selected. "
                   "Once the API knows it, what it says is followed. With kube.pod_selector set, or where "
                   "kube.tenant_label leaves open whose logs they are, they wait until the API knows it.",
            .used_by = kCollect,
            .least = 0,
            .most = 24 * kHour}));
  table.push_back(
      bind(MEMBER(kube.api_wait_max),
           {.key = "kube.api_wait_max",
            .standard = "1h",
            .doc = "The same while the API has never answered, and no earlier run on the node kept what it "
                   "said: all pods' logs are collected then. Only with kube.namespace_selector, "
                   "kube.pod_selector and kube.tenant_label all empty; with any of them set nothing is "
                   "collected before the API has answered. 0: never.",
            .used_by = kCollect,
            .least = 0,
            .most = 30 * 24 * kHour}));
  table.push_back(
      bind(MEMBER(kube.allow_opt_out),
           {.key = "kube.allow_opt_out",
            .standard = "true",
            .doc = "Whether a pod may exclude itself, or containers of its own, by annotation or label "
                   "(headgate.io/exclude and the like). A namespace's label vector.dev/exclude counts in any "
                   "case: whoever sets it could take the selector's label away too.",
            .used_by = kCollect}));
  table.push_back(bind(
      MEMBER(kube.collect_own_logs),
      {.key = "kube.collect_own_logs",
       .standard = "false",
       .doc = "Whether the logs of Headgate's own pods are collected: the agent's own pod, and pods whose "
              "label app.kubernetes.io/part-of, app.kubernetes.io/name or app is headgate or begins with "
              "headgate-. Each line that they log about a line would be one more. With "
              "kube.allow_opt_out false such labels count in the agent's own namespace only.",
       .used_by = kCollect}));
  table.push_back(
      bind(MEMBER(kube.own_namespace),
           {.key = "kube.own_namespace",
            .doc = "The namespace that the agent itself runs in. Empty: as the file namespace beside "
                   "kube.token_file says.",
            .used_by = kCollect}));
}

#undef MEMBER

}  // namespace headgate::cli
