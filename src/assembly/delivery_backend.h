// What deliveries use outside the process: central bucket, queue, ledger, tenants and destinations, in the
// backend that `store.kind` names.
// Tests: tests/e2e/aws_pipeline_test.py, src/cli/several_buckets_test.cc
#pragma once

#include <memory>
#include <stop_token>

#include "assembly/aws_clients.h"
#include "assembly/central_store.h"
#include "base/result.h"
#include "config/config.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/tenant_store.h"
#include "tenants/directory.h"

namespace headgate::assembly {

// What ends the waits of clients.
struct ClientStops {
  std::stop_token all = {};  // for every client but these:
  // For queue and ledger, which record and give back stopped deliveries.
  std::stop_token writes = {};
  std::stop_token receive = {};  // only for the wait for messages, if it differs from `writes`
};

class DeliveryBackend {
 public:
  // The error names the setting. In AWS the only call asks for the queue's name.
  static Result<std::unique_ptr<DeliveryBackend>> open(const ClientDeps& deps, const config::Config& config,
                                                       ClientStops stops = {},
                                                       Access access = Access::Change);

  ObjectStore& central() { return *central_; }  // store.bucket
  process::CentralStores central_stores() { return assembly::central_stores(*central_, others_); }
  Queue* queue() { return queue_.get(); }  // none: aws.queue_url is not set
  DeadLetters* dead_letters() { return dead_letters_; }
  Ledger& ledger() { return *ledger_; }
  TenantStore& tenant_store() { return *tenant_store_; }
  tenants::TenantDirectory& tenants() { return *tenants_; }
  Destinations& destinations() { return *destinations_; }

 private:
  DeliveryBackend() = default;
  Result<> open_local(const ClientDeps& deps, const config::Config& config, Access access);
  Result<> open_aws(const ClientDeps& deps, const config::Config& config, ClientStops stops);
  template <typename Q>
  void use_queue(std::unique_ptr<Q> queue);

  std::unique_ptr<AwsClients> clients_;
  std::unique_ptr<ObjectStore> central_;
  OtherStores others_;
  std::unique_ptr<Queue> queue_;
  DeadLetters* dead_letters_ = nullptr;  // queue_
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<TenantStore> tenant_store_;
  std::unique_ptr<tenants::TenantDirectory> tenants_;
  std::unique_ptr<Destinations> destinations_;
};

// Only the tenants' configurations. The result is shared, because in AWS the store owns its clients.
Result<std::shared_ptr<TenantStore>> open_tenant_store(const ClientDeps& deps, const config::Config& config,
                                                       Access access);

}  // namespace headgate::assembly
