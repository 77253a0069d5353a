// Our S3 store is an ObjectStore, on servers that no one here wrote.
#include <gtest/gtest.h>

#include "conformance/object_store.h"
#include "conformance/object_store_faults.h"
#include "peers/s3_peers.h"

namespace headgate::conformance {
namespace {

// The server serves all tests of the suite; each has its own buckets.
template <typename Peer>
struct S3Fixture : Peer {
  static constexpr bool kCopies = true;
  S3Fixture() : client_(peers::url_of(Peer::process())) {
    store_ = client_.store(client_.new_bucket());
    other_ = client_.store(client_.new_bucket());
    absent_ = client_.store("never-made");
  }
  ObjectStore& store() { return *store_; }
  ObjectStore& other_bucket() { return *other_; }
  ObjectStore& absent_bucket() { return *absent_; }
  Deadline soon() { return client_.soon(); }
  Deadline passed() { return Deadline{client_.clock().steady()}; }

  peers::S3Client client_;
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<ObjectStore> other_;
  std::unique_ptr<ObjectStore> absent_;
};

struct Moto {
  static constexpr bool kLosesRaces = true;  // it looks whether there is an object, and then stores
  static const peers::PeerProcess& process() {
    static const peers::PeerProcess moto(peers::moto_command());
    CHECK(moto.port() != 0);
    return moto;
  }
};
struct S3Proxy {
  static constexpr bool kListsPaths = true;  // its keys are files
  static const peers::PeerProcess& process() {
    static const peers::PeerProcess s3proxy(peers::s3proxy_command());
    CHECK(s3proxy.port() != 0);
    return s3proxy;
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Moto, ObjectStoreConformance, S3Fixture<Moto>);
INSTANTIATE_TYPED_TEST_SUITE_P(S3Proxy, ObjectStoreConformance, S3Fixture<S3Proxy>);

}  // namespace
}  // namespace headgate::conformance
