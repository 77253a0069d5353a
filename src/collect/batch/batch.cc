#include "collect/batch/batch.h"

namespace headgate::collect {

void Batch::begin(SteadyTime now) {
  std::visit([&](auto& batch) { batch.begin(now); }, kind_);
}

Result<> Batch::shrink() {
  if (auto* const open = one_pods()) return open->rest();
  auto& packed = std::get<PackedBatch>(kind_);
  return packed.shrink(packed.buffered_bytes() / 2);
}

bool Batch::is_full() const {
  const auto* const packed = std::get_if<PackedBatch>(&kind_);
  return packed != nullptr && packed->is_full();
}

std::uint64_t Batch::lines() const {
  return std::visit([](const auto& batch) { return batch.lines(); }, kind_);
}

std::uint64_t Batch::raw_bytes() const {
  return std::visit([](const auto& batch) { return batch.raw_bytes(); }, kind_);
}

std::size_t Batch::buffered_bytes() const {
  return std::visit([](const auto& batch) { return batch.buffered_bytes(); }, kind_);
}

std::size_t Batch::index_bytes() const {
  const auto* const packed = std::get_if<PackedBatch>(&kind_);
  return packed == nullptr ? 0 : packed->index_bytes();
}

std::uint64_t Batch::spooled_bytes() const {
  return std::visit([](const auto& batch) { return batch.spooled_bytes(); }, kind_);
}

SteadyTime Batch::opened_at() const {
  return std::visit([](const auto& batch) { return batch.opened_at(); }, kind_);
}

Result<BatchManifest> Batch::seal(ObjectKey key, std::vector<CoveredFile> covers) {
  return std::visit([&](auto& batch) { return batch.seal(std::move(key), std::move(covers)); }, kind_);
}

void Batch::discard() {
  std::visit([](auto& batch) { batch.discard(); }, kind_);
}

}  // namespace headgate::collect
