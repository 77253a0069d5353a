// One log file being read: where we are in it, and which bytes of it are in sealed batches. Offsets are of
// what was logged: in a gzipped file, of the decompressed bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/position.h"
#include "collect/tail/cri_line.h"
#include "collect/tail/gzip_content.h"
#include "collect/tail/pod_log_directory.h"
#include "collect/tail/record_assembler.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it.
class TailedFile {
 public:
  // Opens the file and learns its fingerprint. Reading starts at its begin until resume(). `decompressors`
  // outlives it.
  static Result<TailedFile> open(Disk& disk, Decompressors& decompressors, const SeenFile& seen,
                                 std::uint64_t number);

  const std::string& first_bytes() const { return first_bytes_; }
  // Goes on after what sealed batches hold of it.
  void resume(const FilePosition& position);
  // The same of a file that is not only appended to when the node lost power meanwhile: where it does not end
  // as it did, at the first line that is in no batch, or else at its end.
  Result<> resume_checked(const CoveredFile& covered);
  // The same, of the file that this is a copy of.
  void resume_copy(const FilePosition& position) {
    is_copy_ = true;
    resume(position);
  }
  // Forgets all that was read since the last commit.
  void rewind() { resume(FilePosition(committed_)); }
  // By stream: the times of the last lines that are in batches; 0 where it is not known.
  using Until = std::array<Timestamp, 2>;
  // By stream: the time of the line of it that was read last, since the start or the last rewind(). Of this
  // file alone: a clock that was set back makes those of a later file earlier.
  Until last_of = {};
  // Whether the file begins otherwise than it did: it was truncated and is written anew, from its begin.
  Result<bool> is_rewritten();
  // The same, also when it is only shorter than what was read.
  Result<bool> is_truncated();
  // Of a file that was empty when it was last looked at: learns how it begins. False: it is no such file, or
  // still empty.
  Result<bool> learn_begin();
  // It was truncated. What is known of what it said stays here, without a file, in case that was copied
  // before; the file, to be read from its begin, is what this gives.
  TailedFile cut(std::uint64_t number);
  bool is_cut() const { return is_cut_; }
  // Of a cut file: its directory was listed since, so that a copy would have been found.
  bool is_looked_for = false;
  // `other` says what this says or said, plain or gzipped, and is read from here on from where this was.
  void go_on_in(TailedFile other);

  // Whether it is the file that was listed, as far as that shows without opening it: a file that is not open
  // can have lost its inode to another.
  bool is(const SeenFile& seen) const;
  // Its name, size and time as listed.
  void take_listing(const SeenFile& seen);
  // Nothing happened to it, as far as the listing shows, since it was read to where it is.
  bool is_as_read(const SeenFile& seen) const;
  // Nor since it was listed before.
  bool is_as_listed(const SeenFile& seen) const;
  // Of a file with these first bytes and this one as it is now: whether what one says can be the begin of
  // what the other says, or all of it. Never of empty ones.
  struct Likeness {
    bool can_be_its_begin = false;   // this, of the other
    bool can_begin_with_it = false;  // the other, of this
  };
  Result<Likeness> likeness(std::string_view first_bytes);
  // Whether such a file says all that is known of how this one began.
  bool began_as(std::string_view first_bytes) const {
    return !first_bytes_.empty() && first_bytes.starts_with(first_bytes_);
  }
  // `archive` is its content, gzipped. What is still open is read to its end from where it is; what is not
  // is read from there.
  void take_archive(const SeenFile& archive);

  bool is_gzip() const { return name.is_gzip; }
  // Of a gzipped file: whether it may be read now, which holds a decompressor until rest_decompressor().
  bool may_decompress() const { return content_ || decompressors_->open < decompressors_->open_max; }
  void rest_decompressor() { content_.reset(); }
  // Of a gzipped file: all of it is before that position, as far as its trailer can tell.
  Result<bool> ends_at(const FilePosition& position) const;
  // What is wrong with a gzipped file, once, when its end was read.
  std::optional<Error> take_damage();
  // Bytes known to be in it and not read yet.
  std::uint64_t unread_bytes() const {
    return content_bytes_ > offset_ && kind_ != Content::Foreign ? content_bytes_ - offset_ : 0;
  }
  std::int64_t modified_ns() const { return modified_ns_; }
  // What its first lines say it is. Unknown: too few to tell. A file none of whose first lines is a CRI line
  // is not what a container said, and is not delivered as such; it is looked at again when it changes.
  enum class Content : std::uint8_t { Unknown, Log, Foreign };
  static constexpr std::size_t kFirstLines = 64;
  static constexpr std::size_t kFirstLinesBytes = 64U << 10U;
  Content content() const { return kind_; }
  // Reads its beginning with `buffer` and judges it, unless that is decided. Of an empty file: Log, for now.
  Result<Content> judge(std::span<char> buffer);
  // It has not grown for long: what is there is all that it is judged by.
  void take_for_foreign() { kind_ = Content::Foreign; }

  // Nothing of it will be read again: its end was found and can not move.
  bool is_finished = false;

  // Reads once, at most `buffer`, and gives whole lines' bytes; empty at the end of the file (for now). A
  // line that does not fit the buffer comes in pieces: then `is_piece`.
  struct Chunk {
    std::string_view bytes;    // whole lines with their newlines, or one piece of a long line
    std::uint64_t offset = 0;  // of the first byte
    bool is_piece = false;
    bool ends_line = true;  // of a piece: it is the last of its line
    bool is_hole = false;   // NULs where a line would begin: the disk lost them; they are passed over
  };
  Result<Chunk> read(std::span<char> buffer);
  // The chunk just read is to be read again.
  void unread(const Chunk& chunk) { offset_ = chunk.offset; }
  // The unterminated rest at the end of a file that will not grow, as a chunk without a newline.
  Result<Chunk> read_rest(std::span<char> buffer);

  // Whether a line of that stream at `offset` is in a batch already; tells the assembler when a record begins
  // that is partly.
  bool is_taken(Stream stream, std::uint64_t offset, RecordAssembler& assembler);
  bool may_be_taken(std::uint64_t offset) const { return offset < taken_until_; }

  // The header of the long line whose pieces are being read.
  std::optional<CriLine> long_line;
  bool long_line_is_damaged = false;

  std::uint64_t number() const { return number_; }
  FileId id() const { return id_; }
  std::uint64_t offset() const { return offset_; }
  FilePosition position(const RecordAssembler& assembler) const;
  bool is_committed(const RecordAssembler& assembler) const { return position(assembler) == committed_; }
  // All of it that was read is in sealed batches: nothing would be lost if it vanished now.
  bool is_spent(const RecordAssembler& assembler) const {
    return is_committed(assembler) && committed_.lowest_offset() == offset_;
  }
  // What a batch sealed now covers of it.
  CoveredFile cover(const RecordAssembler& assembler, const Until& until) const;
  void commit(const RecordAssembler& assembler, const Until& until) {
    committed_ = position(assembler);
    until_ = later(until);
  }

  // It has no name any more: only this descriptor still holds it.
  bool is_deleted() const { return is_deleted_ && file_ != nullptr; }
  std::uint64_t deleted_bytes() const { return is_deleted() ? deleted_bytes_ : 0; }
  void look_whether_deleted();
  // Lines after where it is, in a file that will not be read: estimated where they are very many.
  std::uint64_t count_unread_lines(std::span<char> buffer);
  // Bytes after its last newline, and since when there have been so many; nothing when there are none. As of
  // is_truncated().
  std::optional<SteadyTime> half_line_since(SteadyTime now);

  // Closed files cost no descriptor; read() opens again, and begins anew if another file has the inode by
  // then.
  void close();
  bool is_open() const { return file_ != nullptr; }

  LogFileName name;
  std::string path;
  bool is_link = false;  // its name is: the file can be replaced without a change in its directory
  // Its name was there at the last scan, or is missing for the first time: a file that is renamed while its
  // directory is listed can be missing from the list.
  bool is_listed() const { return scans_missed <= 1; }
  std::uint32_t scans_missed = 0;
  SteadyTime quiet_since;  // when its end was first found where it still is

 private:
  TailedFile(Disk& disk, Decompressors& decompressors, const SeenFile& seen, std::uint64_t number)
      : name(seen.name),
        path(seen.path),
        disk_(&disk),
        decompressors_(&decompressors),
        number_(number),
        id_(seen.stat.id) {}
  Result<std::string> read_first_bytes();
  Result<> learn_first_bytes();
  Result<> open_again();
  void learn_more(std::string_view read);
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);
  void become_archive();
  Until later(const Until& until) const;

  Disk* disk_;
  Decompressors* decompressors_;
  std::uint64_t number_;
  FileId id_;
  std::string first_bytes_;
  std::unique_ptr<ReadableFile> file_;
  std::unique_ptr<GzipContent> content_;  // over file_
  std::optional<SeenFile> archive_;       // the same content, gzipped, while this is still read
  bool is_damage_told_ = false;
  Content kind_ = Content::Unknown;
  bool is_deleted_ = false;
  std::uint64_t deleted_bytes_ = 0;
  std::uint64_t bytes_at_end_ = 0;  // how long it was when its end was last looked at
  std::uint64_t half_bytes_ = 0;
  SteadyTime half_since_ = kLongAgo;
  std::uint64_t judged_bytes_ = 0;  // how long it was when it was judged
  bool is_cut_ = false;
  bool is_copy_ = false;  // can be shorter than what was read of what it is a copy of
  std::uint64_t offset_ = 0;
  std::uint64_t content_bytes_ = 0;  // at least; as listed
  std::int64_t modified_ns_ = 0;
  FilePosition committed_;
  Until until_ = {};
  FilePosition taken_;             // at the last resume
  std::uint64_t taken_until_ = 0;  // beyond it taken_ says nothing
};

}  // namespace headgate::collect
