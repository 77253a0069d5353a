// The address of the Kubernetes API, and whether a token may be sent to it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::kube {

// The address of the API as a pod is told it (KUBERNETES_SERVICE_HOST and _PORT): https, IPv6 in brackets.
// Invalid when either is empty or no host or port.
Result<std::string> in_cluster_api(std::string_view host, std::string_view port);

// Whether whoever listens on the way to `api` cannot read a token that is sent there: over TLS, or to this
// machine's loopback (as `kubectl proxy` serves it). A name other than `localhost` is not believed to be
// loopback.
bool may_send_token(std::string_view api);

}  // namespace headgate::kube
