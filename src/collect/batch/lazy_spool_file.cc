#include "collect/batch/lazy_spool_file.h"

#include <utility>

namespace headgate::collect {

Result<> LazySpoolFile::append(std::string_view bytes) {
  if (!file_) file_.emplace(TRY(spool_.create()));
  return spool_.append(*file_, bytes);
}

Result<BatchManifest> LazySpoolFile::seal(BatchManifest manifest) {
  CHECK(file_.has_value());
  SpoolFile file = std::move(*file_);
  file_.reset();
  return spool_.seal(std::move(file), std::move(manifest));
}

void LazySpoolFile::discard() {
  if (!file_) return;
  SpoolFile file = std::move(*file_);
  file_.reset();
  spool_.discard(std::move(file));
}

}  // namespace headgate::collect
