// Packed objects for tests, made by the real batch on a simulated disk.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "collect/batch/packed_batch.h"
#include "model/compression/compressed_reader.h"
#include "model/object_index.h"
#include "model/record_reader.h"
#include "sim/sim_disk.h"

namespace headgate::sim {

struct SaidLine {
  std::string application;
  std::string pod;
  std::string message;
  friend auto operator<=>(const SaidLine&, const SaidLine&) = default;
};

inline RecordFrame frame_of(const SaidLine& line) {
  return RecordFrame({.namespace_name = "tenant-a",
                      .application = line.application,
                      .pod_name = line.pod,
                      .container_name = "main"});
}

constexpr std::int64_t kSaidAtMs = 1'756'553'221'000;

// The line, said so many milliseconds after kSaidAtMs.
inline Result<> add(collect::PackedBatch& batch, const SaidLine& line, std::int64_t after_ms) {
  const Timestamp at = Timestamp::from_milliseconds(kSaidAtMs + after_ms);
  const collect::RecordOrigin origin{
      .source = {.application = Application(line.application), .pod = PodName(line.pod)},
      .frame = frame_of(line)};
  return batch.add(origin, {.at = at, .ingested_at = at, .message = line.message});
}

// What a sealed batch will be uploaded as.
inline std::string object_of(Disk& disk, const collect::Spool& spool,
                             const collect::BatchManifest& manifest) {
  auto sealed = collect::open_sealed_batch(disk, spool.directory(), manifest.sequence);
  CHECK(sealed.ok());
  std::string object;
  std::vector<char> piece(1U << 16U);
  while (const std::size_t bytes = sealed->read(piece).value()) object.append(piece.data(), bytes);
  return object;
}

// An object of these lines.
inline std::string packed_object(const std::vector<SaidLine>& lines,
                                 collect::PackedBatch::Options options = {}) {
  Faults faults{{}};
  SimDisk disk(faults);
  collect::Spool spool = collect::Spool::open(disk, {.directory = "/data/spool"}, 0).value();
  collect::PackedBatch batch(spool, options);
  std::int64_t after_ms = 0;
  for (const SaidLine& line : lines) CHECK(add(batch, line, after_ms++).ok());
  return object_of(disk, spool, batch.seal(ObjectKey("k"), {}).value());
}

inline Result<ObjectIndex> index_of(std::string_view object) {
  const std::string_view tail = object.substr(object.size() - std::min(object.size(), kIndexTailBytes));
  const IndexPlace place = TRY(find_index(tail, object.size()));
  return read_index(object.substr(place.first), place);
}

// What any reader finds in an object, in its order.
inline std::vector<SaidLine> lines_of(std::string object) {
  StringSource source(std::move(object));
  CompressedReader plain(source, {});
  RecordReader records(plain, {});
  std::vector<SaidLine> lines;
  for (;;) {
    const ReadRecord* record = records.next().value();
    if (record == nullptr) return lines;
    lines.push_back({.application = std::string(record->application),
                     .pod = std::string(record->pod_name),
                     .message = std::string(record->message)});
  }
}

}  // namespace headgate::sim
