#include "ports/object_store.h"

namespace headgate {

Result<PutOutcome> put_object(ObjectStore& store, const ObjectKey& key, std::string_view bytes,
                              PutOptions options, Deadline deadline) {
  const std::unique_ptr<ObjectWriter> writer = TRY(store.open_writer(key, std::move(options), deadline));
  TRY(writer->append(bytes));
  return writer->commit();
}

}  // namespace headgate
