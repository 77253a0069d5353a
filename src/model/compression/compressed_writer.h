// Compresses a stream as it comes: Intel ISA-L for gzip (RFC 1952) where speed counts, libdeflate where size
// does, libzstd for zstd (RFC 8878). No more than 32 KiB of it is held uncompressed, for libdeflate a piece
// of 256 KiB. What it writes, `gzip -t` and `zstd -t` accept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_sink.h"
#include "base/result.h"
#include "model/compression/codec.h"
#include "model/compression/gzip_pieces.h"

namespace headgate {

// One thread. The state of a compressor is large (gzip level 1: 330 KiB, from level 4: 1.5 MiB, or with
// shared pieces 320 KiB; zstd level 1: 1.4 MiB, level 3: 3.7 MiB, level 19: 90 MiB), so it is held only
// between the first write() and end_member(); a writer at rest costs nothing. Members follow each other in
// the output, which gzip and zstd both define as one stream. The sink gets chunks of 64 KiB and, at a
// member's end, the rest. After an error of the sink a writer only repeats it.
class CompressedWriter {
 public:
  struct Options {
    Codec codec = Codec::Gzip;
    // gzip: 0 to 3 (ISA-L; 0: noise grows by a quarter), 4 to 9 (libdeflate, as small as `gzip -6` and
    // smaller, twice as fast); zstd: 1 to 19. Out of range: nearest.
    int level = 1;
  };
  CompressedWriter(ByteSink& sink, Options options);
  ~CompressedWriter();
  CompressedWriter(CompressedWriter&&) noexcept;
  CompressedWriter(const CompressedWriter&) = delete;

  // Starts a member if none is open.
  Result<> write(std::string_view bytes);
  // Ends the open member (or frame), gives its state back. Nothing when none is open.
  Result<> end_member();
  bool member_is_open() const;
  // What is written from now on, in gzip, is made with these, which outlive the writer, whatever the level;
  // null: as the options say, from level 4 on with pieces of its own. Where that changes, an open member
  // ends.
  void use_pieces(GzipPieces* pieces);
  // Bytes taken, and bytes given to the sink so far (a member's last bytes come with end_member()).
  std::uint64_t bytes_in() const;
  std::uint64_t bytes_out() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headgate
