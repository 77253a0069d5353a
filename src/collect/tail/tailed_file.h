// One log file that is read: how far we are in it, and how much of it is in sealed batches. All offsets count
// bytes as the container logged them: in a gzipped file, decompressed bytes.
// Tests: tests/sim/tailing_test.cc, tests/sim/odd_files_test.cc
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
#include "collect/progress/position.h"
#include "collect/tail/gzip_content.h"
#include "collect/tail/record_assembler.h"
#include "collect/tail/relation.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it. It holds one descriptor while it is open, at most 256 bytes of content, and a
// decompressor while a gzipped file is read.
class TailedFile {
 public:
  // The states and what leads from one to another:
  // - finish(): Reading to Finished. Growing, or rewind(), leads back to Reading.
  // - begin_anew(): Reading or Finished to Truncated.
  // - note_directory_listed(): Truncated to NoCopyFound.
  // - finish(): NoCopyFound to GivenUp. rewind() leads back to NoCopyFound.
  // - continue_in(): any of the last three to Reading, because a copy was found.
  enum class State : std::uint8_t {
    Reading,    // it may hold lines that were not read, or get more
    Finished,   // it was read to its end, and its end cannot move
    Truncated,  // its content is gone from the disk; a copy may exist, and its directory must be listed first
    NoCopyFound,  // its directory was listed since it was truncated, and showed no copy
    GivenUp,      // records that were open at its end are complete; what was not read is lost
  };

  // Opens the file and reads its first bytes. Reading starts at offset 0 until resume() is called.
  // `decompressors` outlives this object. `number` is the file's number in the origins of records.
  static Result<TailedFile> open(Disk& disk, Decompressors& decompressors, const SeenFile& seen,
                                 std::uint64_t number);

  std::uint64_t number() const { return number_; }
  FileId id() const { return id_; }
  const LogFileName& name() const { return name_; }
  const std::string& path() const { return path_; }
  const std::string& first_bytes() const { return first_bytes_; }
  bool is_gzip() const { return name_.is_gzip; }
  bool is_link() const { return is_link_; }  // the file can be replaced without a change in its directory
  State state() const { return state_; }
  bool is_finished() const { return state_ == State::Finished || state_ == State::GivenUp; }
  bool is_truncated() const { return state_ != State::Reading && state_ != State::Finished; }

  void resume(const FilePosition& position);
  // Continues after what `covered` says is in batches. A power loss can have taken the end of a plain file:
  // it then continues with the first line that is in no batch, or at its end.
  Result<> resume_checked(const CoveredFile& covered);
  // As resume(), for a copy, which can be shorter than what was read of the original.
  void resume_copy(const FilePosition& position);
  // Forgets what was read since the last commit(): those lines are read again.
  void rewind();
  // Nothing of it is read again, unless it grows or is rewound.
  void finish() { state_ = is_truncated() ? State::GivenUp : State::Finished; }

  bool is(const SeenFile& listed) const;  // as far as a listing tells (is_same_file())
  // Takes over name, size and time as listed. A plain file that changed is read on.
  void take_listing(const SeenFile& listed);
  void note_not_listed() { ++scans_missed_; }
  void note_directory_listed() {
    if (state_ == State::Truncated) state_ = State::NoCopyFound;
  }
  bool is_missing() const { return scans_missed_ > 0; }
  // It has a name, as far as is known. A file that is renamed while its directory is listed can be missing
  // from that one list, so a single miss does not count.
  bool is_listed() const { return scans_missed_ <= 1; }
  // `archive` is its content, gzipped. While it is open it is read to its end from its own descriptor; then,
  // or at once when it is closed, reading continues in the archive.
  void take_archive(const SeenFile& archive);

  // The file as relation() compares it. `storage` holds the bytes that the result refers to.
  Result<KnownFile> as_known(std::string& storage);
  // The file begins otherwise than before: it was truncated and written anew.
  Result<bool> is_rewritten();
  // As is_rewritten(), or it is shorter than what was read.
  Result<bool> is_shorter_or_rewritten();
  // It was empty when it was looked at before, and now has first bytes.
  Result<bool> has_begun();
  // The file was truncated. This object keeps what is known of the old content, without a file, in case a
  // copy was made; it takes its place among the files of its run as if rotated at `rotated_at`. Returns the
  // file as it is now, to be read from its beginning.
  TailedFile begin_anew(std::uint64_t number, std::string rotated_at);
  // `other` has the same content (a plain or gzipped copy). Reading continues in it at our current offset.
  void continue_in(TailedFile other);

  // Whether it is a log at all. Unknown: it has too few lines to tell. Foreign: none of its first lines is a
  // CRI line, so no container runtime wrote it; it is not delivered, and is judged again when it changes.
  enum class Content : std::uint8_t { Unknown, Log, Foreign };
  static constexpr std::size_t kFirstLines = 64;
  static constexpr std::size_t kFirstLinesBytes = 64U << 10U;
  Content content() const { return content_kind_; }
  // Reads its beginning into `buffer` and judges it, unless that is decided. An empty file counts as Log.
  Result<Content> judge(std::span<char> buffer);
  // It has too few lines to tell and has not grown for long: what is there decides.
  void take_for_foreign() { content_kind_ = Content::Foreign; }

  // Reading. Each call reads at most once, into `buffer`, and returns whole lines; nothing at the end of the
  // file, for now. A line that does not fit `buffer` comes in pieces.
  struct Chunk {
    std::string_view bytes;    // whole lines with their newlines, or one piece of a long line
    std::uint64_t offset = 0;  // of the first byte
    bool is_piece = false;
    bool ends_line = true;  // of a piece: it is the last one of its line
    bool is_hole = false;   // NULs where a line would begin: the disk lost what was there; they are skipped
  };
  Result<Chunk> read(std::span<char> buffer);
  // The chunk that was read last will be read again.
  void unread(const Chunk& chunk) { offset_ = chunk.offset; }
  // What is left without a newline at the end of a file that will not grow.
  Result<Chunk> read_rest(std::span<char> buffer);

  // Of the long line whose pieces are read.
  struct LongLine {
    Timestamp at;
    Stream stream = Stream::Stdout;
    bool is_partial = false;
    bool is_damaged = false;  // it has no CRI header
  };
  const std::optional<LongLine>& long_line() const { return long_line_; }
  void begin_long_line(const LongLine& line) { long_line_ = line; }
  void end_long_line() { long_line_.reset(); }

  // Of a gzipped file: whether it may be read now. Reading holds a decompressor until rest_decompressor().
  bool may_decompress() const { return content_ || decompressors_->open < decompressors_->open_max; }
  void rest_decompressor() { content_.reset(); }
  // Of a gzipped file: `position` is at its end, as far as its trailer tells.
  Result<bool> ends_at(const FilePosition& position) const;
  // What is wrong with a gzipped file whose end was read. Returned once.
  std::optional<Error> take_damage();

  // Its end, and since when it has not moved. kLongAgo: its end was not reached since it was seen to grow.
  void note_growth() { quiet_since_ = kLongAgo; }
  void note_end(SteadyTime now) {
    if (quiet_since_ == kLongAgo) quiet_since_ = now;
  }
  bool has_reached_end() const { return quiet_since_ != kLongAgo; }
  std::chrono::nanoseconds quiet_for(SteadyTime now) const { return now - quiet_since_; }
  // Since when it ends in the same unfinished line, as is_shorter_or_rewritten() saw it; nothing where it
  // ends with a newline.
  std::optional<SteadyTime> half_line_since(SteadyTime now);
  // Bytes that it is known to hold and that were not read.
  std::uint64_t unread_bytes() const {
    return content_bytes_ > offset_ && content_kind_ != Content::Foreign ? content_bytes_ - offset_ : 0;
  }
  std::int64_t modified_ns() const { return modified_ns_; }
  std::uint64_t offset() const { return offset_; }

  // Whether the line of `stream` at `offset` is in a batch already. Where its record is partly in one, the
  // assembler is told to skip that part.
  bool is_taken(Stream stream, std::uint64_t offset, RecordAssembler& assembler);
  bool may_be_taken(std::uint64_t offset) const { return offset < taken_until_; }
  // Times of lines by stream; 0 where none is known.
  using LineTimes = std::array<Timestamp, 2>;
  // Of this file's lines that were read last, since the start or the last rewind(). Each file has its own: a
  // clock that was set back makes the times of a later file earlier.
  const LineTimes& last_line_at() const { return last_line_at_; }
  void note_line(Stream stream, Timestamp at) { last_line_at_[static_cast<std::size_t>(stream)] = at; }
  FilePosition position(const RecordAssembler& assembler) const;
  bool is_committed(const RecordAssembler& assembler) const { return position(assembler) == committed_; }
  // All that was read of it is in sealed batches: nothing would be lost if the file vanished now.
  bool is_spent(const RecordAssembler& assembler) const {
    return is_committed(assembler) && committed_.lowest_offset() == offset_;
  }
  // What a batch that is sealed now covers of it. Lines later than `until` are in no batch.
  CoveredFile cover(const RecordAssembler& assembler, const LineTimes& until) const;
  void commit(const RecordAssembler& assembler, const LineTimes& until) {
    committed_ = position(assembler);
    until_ = later(until);
  }

  // A closed file costs no descriptor. Reading opens it again, and starts at its beginning if another file
  // has its inode by then.
  void close();
  bool is_open() const { return file_ != nullptr; }
  // It was deleted, and only our descriptor keeps it on the disk.
  bool is_deleted() const { return is_deleted_ && is_open(); }
  std::uint64_t deleted_bytes() const { return is_deleted() ? deleted_bytes_ : 0; }
  void look_whether_deleted();
  // Lines after the current offset, of a file that will not be read. Estimated beyond 64 MiB.
  std::uint64_t count_unread_lines(std::span<char> buffer);

 private:
  TailedFile(Disk& disk, Decompressors& decompressors, const SeenFile& seen, std::uint64_t number)
      : disk_(&disk),
        decompressors_(&decompressors),
        number_(number),
        id_(seen.stat.id),
        name_(seen.name),
        path_(seen.path) {}
  Result<std::string> read_first_bytes();
  Result<> learn_first_bytes();
  Result<> open_again();
  void learn_more(std::string_view read);
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);
  bool has_name_of(const SeenFile& listed) const;
  bool is_as_listed(const SeenFile& listed) const;
  bool is_read_as_listed(const SeenFile& listed) const;
  void become_archive();
  void read_again();
  LineTimes later(const LineTimes& until) const;

  Disk* disk_;
  Decompressors* decompressors_;
  std::uint64_t number_;
  FileId id_;
  LogFileName name_;
  std::string path_;
  bool is_link_ = false;
  State state_ = State::Reading;
  std::uint32_t scans_missed_ = 0;  // in a row
  std::string first_bytes_;
  std::unique_ptr<ReadableFile> file_;
  std::unique_ptr<GzipContent> content_;  // over file_
  std::optional<SeenFile> archive_;       // the same content, gzipped, while file_ is still read
  bool is_damage_told_ = false;
  Content content_kind_ = Content::Unknown;
  std::uint64_t judged_bytes_ = 0;  // its length when it was judged
  bool is_deleted_ = false;
  std::uint64_t deleted_bytes_ = 0;
  bool is_copy_ = false;             // it can be shorter than what was read of the original
  std::uint64_t offset_ = 0;         // where reading continues
  std::uint64_t content_bytes_ = 0;  // its length, at least, as listed
  std::int64_t modified_ns_ = 0;
  std::optional<LongLine> long_line_;
  SteadyTime quiet_since_ = kLongAgo;
  std::uint64_t bytes_at_end_ = 0;  // its length when its end was last looked at
  std::uint64_t half_bytes_ = 0;
  SteadyTime half_since_ = kLongAgo;
  LineTimes last_line_at_ = {};
  FilePosition committed_;
  LineTimes until_ = {};
  FilePosition taken_;             // at the last resume()
  std::uint64_t taken_until_ = 0;  // from here on taken_ says nothing
};

}  // namespace headgate::collect
