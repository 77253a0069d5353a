// From gzip objects to PutLogEvents bodies, on one core: the whole process stage, with a ledger in memory and
// a sink that makes each body as AWS gets it and writes it to /dev/null. The ceiling, measured in the same
// run, is the bare ISA-L decompression of the same objects and simdjson looking for each line's message.
//   bench_process make OBJECTS [CORPUS]   objects of loggen's lines, or of the lines of the files in CORPUS
//   bench_process run OBJECTS             prints JSON lines
//   bench_process first OBJECTS           ends when the first body is written (the cold start)
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <simdjson.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "fakes/memory_ledger.h"
#include "fakes/memory_tenant_store.h"
#include "fakes/partial_store.h"
#include "local/system_clock.h"
#include "loggen/generator.h"
#include "model/compression/compressed_writer.h"
#include "model/put_log_events.h"
#include "model/record.h"
#include "process/processor.h"

extern char** environ;

namespace headgate {
namespace {

constexpr std::size_t kObjectBytes = 64U << 20U;  // uncompressed
constexpr int kObjects = 4;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class DescriptorSource : public ByteSource {
 public:
  explicit DescriptorSource(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY)) {}
  ~DescriptorSource() override { ::close(descriptor_); }
  DescriptorSource(const DescriptorSource&) = delete;
  DescriptorSource& operator=(const DescriptorSource&) = delete;
  Result<std::size_t> read(std::span<char> into) override {
    const ssize_t bytes = ::read(descriptor_, into.data(), into.size());
    if (bytes < 0) return Error{Fault::Retry, "read"};
    return static_cast<std::size_t>(bytes);
  }

 private:
  const int descriptor_;
};

class DescriptorSink : public ByteSink {
 public:
  explicit DescriptorSink(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644)) {}
  ~DescriptorSink() override { ::close(descriptor_); }
  DescriptorSink(const DescriptorSink&) = delete;
  DescriptorSink& operator=(const DescriptorSink&) = delete;
  Result<> append(std::string_view bytes) override {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    return written == static_cast<ssize_t>(bytes.size()) ? Result<>() : Error{Fault::Retry, "write"};
  }

 private:
  const int descriptor_;
};

// The objects, as files of one directory.
class FileStore : public fakes::PartialStore {
 public:
  explicit FileStore(std::string directory)
      : PartialStore(BucketName("central")), directory_(std::move(directory)) {}
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange>,
                                                    Deadline) override {
    const std::string name = key.str().substr(key.str().rfind('/') + 1);
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(directory_ + "/" + name));
  }

 private:
  class Reader : public ObjectReader {
   public:
    explicit Reader(const std::string& path) : source_(path) {}
    const ObjectInfo& info() const override { return info_; }
    Result<std::size_t> read(std::span<char> into) override { return source_.read(into); }

   private:
    const ObjectInfo info_;
    DescriptorSource source_;
  };
  const std::string directory_;
};

// Makes each body as AWS gets it, and lets it go.
class BodySink : public LogSink, public Destinations {
 public:
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline) override {
    body_.start(group, stream);
    for (const LogEvent& event : events) {
      if (!body_.add(event.at_ms, event.message)) return Error{Fault::Invalid, "no UTF-8"};
    }
    const std::string_view body = body_.finish();
    if (on_first) std::exchange(on_first, nullptr)();
    events_ += events.size();
    bytes_ += body.size();
    const ssize_t written = ::write(descriptor_, body.data(), body.size());
    return written >= 0 ? Result<RejectedEvents>(RejectedEvents{}) : Error{Fault::Retry, "write"};
  }
  Result<> create_group(const LogGroup&, Deadline) override { return {}; }
  Result<> create_stream(const LogGroup&, const LogStream&, Deadline) override { return {}; }
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration&, Deadline) override {
    return std::shared_ptr<LogSink>(this, [](LogSink*) {});
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration&, Deadline) override {
    return Error{Fault::Denied, "not part of the benchmark"};
  }

  std::function<void()> on_first;
  double events() const { return static_cast<double>(events_); }
  double bytes() const { return static_cast<double>(bytes_); }

 private:
  const int descriptor_ = ::open("/dev/null", O_WRONLY);
  PutLogEventsBody body_;
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
};

// One processor and what it depends on.
class Stage {
 public:
  explicit Stage(const std::string& objects) : store_(objects) {
    TenantConfiguration row;
    row.tenant = TenantId("tenant-a");
    row.type = DestinationName("cloudwatch");
    row.enabled = true;
    row.log_group_name = "/logs/tenant-a";
    tenants_.place({.configuration = row, .undecodable = ""});
  }
  bool deliver(const std::string& file) {
    const std::string name = file.substr(file.rfind('/') + 1);
    const ObjectCreated created{.bucket = store_.bucket(),
                                .key = ObjectKey("cluster-1/tenant-a/web/web-1/" + name),
                                .at = clock_.now()};
    return processor_.process(created).health == process::Health::Good;
  }
  BodySink& sink() { return sink_; }

 private:
  local::SystemClock clock_;
  Metrics metrics_;
  FileStore store_;
  fakes::MemoryLedger ledger_;
  fakes::MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.backend = tenants::Backend::Local}}};
  BodySink sink_;
  process::Processor processor_{{.clock = clock_,
                                 .central = store_,
                                 .ledger = ledger_,
                                 .tenants = directory_,
                                 .destinations = sink_,
                                 .metrics = metrics_},
                                {.buckets = {store_.bucket()},
                                 .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                                 .owner = LeaseOwner("bench")}};
};

// The least that whoever delivers has to do: decompress into a window, find lines, find each one's message.
class Bare {
 public:
  bool read(const std::string& file) {
    DescriptorSource source(file);
    std::vector<char> in(64U << 10U);
    std::vector<char> window((1U << 20U) + simdjson::SIMDJSON_PADDING);
    inflate_state state;
    ::isal_inflate_init(&state);
    state.crc_flag = IGZIP_GZIP;
    std::size_t filled = 0;
    for (;;) {
      if (state.avail_in == 0) {
        const std::size_t bytes = source.read(in).value();
        if (bytes == 0) return true;
        state.next_in = reinterpret_cast<unsigned char*>(in.data());
        state.avail_in = static_cast<std::uint32_t>(bytes);
      }
      state.next_out = reinterpret_cast<unsigned char*>(window.data()) + filled;
      state.avail_out = static_cast<std::uint32_t>((1U << 20U) - filled);
      if (::isal_inflate(&state) != ISAL_DECOMP_OK) return false;
      const std::size_t end = (1U << 20U) - state.avail_out;
      bytes_ += static_cast<double>(end - filled);
      filled = take_lines(window, end);
      if (state.block_state == ISAL_BLOCK_FINISH) {
        if (state.avail_in == 0) return true;
        ::isal_inflate_reset(&state);
      }
    }
  }
  double bytes() const { return bytes_; }

 private:
  std::size_t take_lines(std::vector<char>& window, std::size_t end) {
    std::size_t begin = 0;
    while (const void* newline = std::memchr(window.data() + begin, '\n', end - begin)) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - window.data()) - begin;
      simdjson::ondemand::document line;
      std::string_view message;
      const auto parsed = parser_.iterate(window.data() + begin, length, window.size() - begin).get(line);
      if (parsed == simdjson::SUCCESS && line["message"].get_string().get(message) == simdjson::SUCCESS) {
        message_bytes_ += message.size();
      }
      begin += length + 1;
    }
    std::memmove(window.data(), window.data() + begin, end - begin);
    return end - begin;
  }

  simdjson::ondemand::parser parser_;
  double bytes_ = 0;
  std::size_t message_bytes_ = 0;
};

// Lines of loggen's, or of files.
class Lines {
 public:
  explicit Lines(const std::string& corpus) : generator_(*loggen::Generator::make({})) {
    if (!corpus.empty()) files_ = files_in(corpus);
  }
  std::string_view next(Timestamp at) {
    if (files_.empty()) return generator_.next(at).message;
    while (!std::getline(file_, line_)) {
      file_ = std::ifstream(files_[file_number_++ % files_.size()]);
    }
    return line_;
  }
  static bool is_any_in(const std::string& corpus) {
    const std::vector<std::string> files = files_in(corpus);
    return std::any_of(files.begin(), files.end(),
                       [](const std::string& file) { return std::filesystem::file_size(file) > 0; });
  }

 private:
  loggen::Generator generator_;
  std::vector<std::string> files_;
  std::size_t file_number_ = 0;
  std::ifstream file_;
  std::string line_;
};

int make(const std::string& objects, const std::string& corpus) {
  if (!corpus.empty() && !Lines::is_any_in(corpus)) {
    std::fprintf(stderr, "bench_process: %s: no files with lines\n", corpus.c_str());
    return 1;
  }
  std::filesystem::create_directories(objects);
  Lines lines(corpus);
  const RecordFrame frame(
      {.namespace_name = "tenant-a", .application = "web", .pod_name = "web-1", .container_name = "main"});
  Timestamp at = Timestamp::from_seconds(1'767'225'600);
  for (int number = 0; number < kObjects; ++number) {
    DescriptorSink file(objects + "/2026010" + std::to_string(number + 1) + "-000000-x.json.gz");
    CompressedWriter writer(file, {.codec = Codec::Gzip});
    std::string text;
    for (std::size_t bytes = 0; bytes < kObjectBytes; at = at + std::chrono::microseconds{50}) {
      const std::string_view message = lines.next(at);
      text.resize(frame.bytes_max(message.size()));
      const char* end = frame.encode({.at = at, .ingested_at = at, .message = message}, text.data());
      const auto length = static_cast<std::size_t>(end - text.data());
      if (!writer.write({text.data(), length}).ok()) return 1;
      bytes += length;
    }
    if (!writer.end_member().ok()) return 1;
  }
  return 0;
}

void print(const char* name, double value, const char* unit, double ceiling = 0) {
  std::printf(R"({"name":"process/%s","value":%.6g,"unit":"%s")", name, value, unit);
  if (ceiling > 0) std::printf(R"(,"ceiling":%.6g)", ceiling);
  std::printf("}\n");
}

// From a process being started to its first body: of this program, whose start is the stage's alone. None: it
// failed.
std::optional<double> cold_start_seconds(char* program, const std::string& objects) {
  std::string mode = "first";
  std::string directory = objects;
  std::array<char*, 4> arguments = {program, mode.data(), directory.data(), nullptr};
  std::vector<double> seconds;
  for (int run = 0; run < 21; ++run) {
    const auto began = std::chrono::steady_clock::now();
    pid_t child = 0;
    int status = 0;
    if (::posix_spawn(&child, program, nullptr, nullptr, arguments.data(), environ) != 0) return std::nullopt;
    if (::waitpid(child, &status, 0) != child || status != 0) return std::nullopt;
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

int first(const std::string& objects) {
  Stage stage(objects);
  stage.sink().on_first = [] { ::_exit(0); };
  stage.deliver(files_in(objects).front());
  return 1;
}

int run(char* program, const std::string& objects) {
  const std::vector<std::string> files = files_in(objects);
  if (files.empty()) {
    std::fprintf(stderr, "bench_process: %s: no objects\n", objects.c_str());
    return 1;
  }
  Stage stage(objects);
  const double began = cpu_seconds();
  for (const std::string& file : files) {
    if (!stage.deliver(file)) return 1;
  }
  const double seconds = cpu_seconds() - began;
  const double rss = peak_rss_bytes();
  Bare bare;
  const double bare_began = cpu_seconds();
  for (const std::string& file : files) {
    if (!bare.read(file)) return 1;
  }
  const double bare_seconds = cpu_seconds() - bare_began;
  print("ndjson", bare.bytes() / seconds, "B/s", bare.bytes() / bare_seconds);
  print("events", stage.sink().events() / seconds, "events/s");
  print("bodies", stage.sink().bytes() / seconds, "B/s");
  print("cpu_seconds_per_GB", seconds / (bare.bytes() / 1e9), "s");
  print("peak_rss", rss, "B");
  const std::optional<double> cold_start = cold_start_seconds(program, objects);
  if (!cold_start) {
    std::fprintf(stderr, "bench_process: a new process delivered nothing\n");
    return 1;
  }
  print("cold_start_of_stage", *cold_start, "s");
  return 0;
}

}  // namespace
}  // namespace headgate

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "make") return headgate::make(argv[2], argc > 3 ? argv[3] : "");
  if (mode == "run") return headgate::run(argv[0], argv[2]);
  if (mode == "first") return headgate::first(argv[2]);
  std::fprintf(stderr, "usage: bench_process make|run|first OBJECTS [CORPUS]\n");
  return 2;
}
