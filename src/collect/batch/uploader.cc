#include "collect/batch/uploader.h"

#include <array>

#include "model/metadata_text.h"

namespace headgate::collect {
namespace {

constexpr std::size_t kNodeBytesMax = 512;  // of the metadata's 2 KB

template <typename T>
Result<T> of_store(Result<T> answer) {
  if (answer.ok() || answer.error().fault != Fault::Invalid) return answer;
  return Error{Fault::Denied, std::move(answer).error().what};
}

template <typename T>
Result<T> of_disk(Result<T> answer) {
  if (answer.ok() || answer.error().fault != Fault::NotFound) return answer;
  return Error{Fault::Invalid, std::move(answer).error().what};
}

}  // namespace

Uploader::Uploader(Clock& clock, Disk& disk, ObjectStore& store, Metrics& metrics, Options options)
    : clock_(clock),
      disk_(disk),
      store_(store),
      options_(std::move(options)),
      uploaded_(metrics.counter("headgate_store_objects_total", "Objects stored")),
      uploaded_bytes_(metrics.counter("headgate_store_bytes_total", "Bytes of objects stored")),
      retries_(metrics.counter("headgate_store_retries_total", "Uploads that failed and are tried again")),
      refusals_(metrics.counter("headgate_store_refusals_total",
                                "Those of them that will go on failing until someone mends something")),
      seconds_(metrics.histogram("headgate_store_upload_seconds", "Time of a successful upload",
                                 {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60})) {}

Result<BatchManifest> Uploader::upload(std::uint64_t sequence) {
  Result<BatchManifest> stored = store(sequence);
  if (stored.ok()) return stored;
  const Fault fault = stored.error().fault;
  if (fault != Fault::Invalid && fault != Fault::Stopped) retries_.add();
  if (fault == Fault::Denied || fault == Fault::NotFound) refusals_.add();
  return stored;
}

Result<BatchManifest> Uploader::store(std::uint64_t sequence) {
  const SteadyTime began = clock_.steady();
  SealedBatch batch = TRY(of_disk(open_sealed_batch(disk_, options_.spool_directory, sequence)));
  const BatchManifest& manifest = batch.manifest();
  // The deadline is of the whole object: one that takes longer would begin anew for ever.
  const std::chrono::seconds moving{static_cast<std::int64_t>(manifest.object_bytes / kBytesPerSecond)};
  const Deadline deadline = Deadline::after(began, options_.timeout + moving);

  PutOptions options{.mode = PutMode::OnlyIfAbsent,
                     .content_type = "application/x-ndjson",
                     .content_encoding = std::string(content_encoding_of(manifest.codec))};
  options.metadata = {{"headgate-format", "1"},
                      {"headgate-agent", options_.agent_version},
                      {"headgate-node", metadata_text(options_.node, kNodeBytesMax)},
                      {"headgate-lines", std::to_string(manifest.lines)},
                      {"headgate-bytes", std::to_string(manifest.raw_bytes)},
                      {"headgate-first", to_rfc3339(manifest.first_at)},
                      {"headgate-last", to_rfc3339(manifest.last_at)}};
  const std::unique_ptr<ObjectWriter> writer =
      TRY(of_store(store_.open_writer(manifest.key, std::move(options), deadline)));
  std::array<char, 64U << 10U> piece;
  for (;;) {
    const std::size_t bytes = TRY(batch.read(piece));
    if (bytes == 0) break;
    TRY(of_store(writer->append(std::string_view(piece.data(), bytes))));
  }
  TRY(of_store(writer->commit()));  // AlreadyThere: an earlier try arrived after all
  uploaded_.add();
  uploaded_bytes_.add(manifest.object_bytes);
  seconds_.observe(std::chrono::duration<double>(clock_.steady() - began).count());
  return manifest;
}

}  // namespace headgate::collect
