// A damaged object, and a processor that dies at any of its calls, or is refused.
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "model/compression/compressed_writer.h"
#include "sim/delivery_fixture.h"

namespace headgate::process {
namespace {

const ObjectKey kKey("cluster-1/tenant-a/web/web-1/x.json.gz");
const DeliveryId kId{.bucket = BucketName("central"),
                     .key = kKey,
                     .tenant = TenantId("tenant-a"),
                     .destination = DestinationName("cloudwatch")};

// A simulation in which one processor is started again until its message is done.
class Damaged : public sim::DeliveryFixture {
 public:
  explicit Damaged(sim::FaultPlan plan) : DeliveryFixture(plan) {
    TenantConfiguration row{
        .tenant = kId.tenant, .type = kId.destination, .enabled = true, .log_group_name = "/logs"};
    tenants.add(row);
    StringSink packed;
    CompressedWriter writer(packed, {.codec = Codec::Gzip});
    CHECK(writer.write("{\"message\":\"before\"}\n").ok() && writer.end_member().ok());
    central.place(kKey, packed.text + "damage");
  }
  // False when the process died. As long as it lives it is the same one: it repeats what the ledger refused.
  bool deliver() {
    try {
      if (!processor_) start();
      const ObjectCreated object{.bucket = central.bucket(), .key = kKey, .at = clock.now()};
      is_done_ = processor_->process(object).verdict == Verdict::Done;
      return true;
    } catch (const sim::Crash&) {
      processor_.reset();
      return false;
    }
  }
  bool is_done() const { return is_done_; }
  bool is_settled() const {
    const auto row = ledger.rows().find(kId);
    return row != ledger.rows().end() && row->second.entry.state != DeliveryState::Pending;
  }
  bool is_detail_kept() const {
    for (const auto& [key, object] : central.objects()) {
      if (key.view().starts_with("quarantine/objects/"))
        return object.bytes.find("x.json.gz") != std::string::npos;
    }
    return false;
  }

 private:
  void start() {
    directory_.emplace(clock, tenants,
                       tenants::TenantDirectory::Options{.rules = {.backend = tenants::Backend::Local}});
    ProcessorOptions options{.buckets = {central.bucket()}};
    options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options.owner = LeaseOwner("worker-1");
    processor_.emplace(Processor::Deps{.clock = clock,
                                       .central = central,
                                       .ledger = ledger,
                                       .tenants = *directory_,
                                       .destinations = destinations,
                                       .metrics = metrics},
                       std::move(options));
  }

  std::optional<tenants::TenantDirectory> directory_;
  std::optional<Processor> processor_;
  bool is_done_ = false;
};

TEST(DamagedObject, ItsDetailIsKeptBeforeItIsSettledAtAnyCrash) {
  std::uint64_t calls = 0;
  {
    Damaged simulation({});
    ASSERT_TRUE(simulation.deliver() && simulation.is_done());
    calls = simulation.faults.calls();
  }
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (const bool is_after : {false, true}) {
      Damaged simulation({.crash_at = at, .crash_after_effect = is_after});
      for (int tries = 0; tries < 5 && !simulation.is_done(); ++tries) {
        simulation.deliver();
        EXPECT_TRUE(!simulation.is_settled() || simulation.is_detail_kept()) << at << is_after;
      }
      EXPECT_TRUE(simulation.is_done() && simulation.is_settled()) << at << is_after;
    }
  }
}

TEST(DamagedObject, ItsDetailIsKeptBeforeItIsSettledWhateverIsRefused) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Damaged simulation({.seed = seed, .refuse_one_in = 6, .lose_reply_one_in = 12});
    for (int tries = 0; tries < 100 && !simulation.is_done(); ++tries) {
      simulation.deliver();
      ASSERT_TRUE(!simulation.is_settled() || simulation.is_detail_kept()) << "seed " << seed;
    }
    EXPECT_TRUE(simulation.is_done() && simulation.is_settled()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headgate::process
