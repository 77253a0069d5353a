// The address of the Kubernetes API, and whether a token may be sent to it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::kube {

// The address of the API from KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which every pod has:
// https, with IPv6 in brackets. Fault::Invalid if either is empty or not valid.
Result<std::string> in_cluster_api(std::string_view host, std::string_view port);

// Whether a token can be sent to `api` so that nobody on the network can read it: over TLS, or to this
// machine's loopback (where `kubectl proxy` listens). Of names, only `localhost` counts as loopback.
bool may_send_token(std::string_view api);

}  // namespace headgate::kube
