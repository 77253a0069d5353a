#include "assembly/data_directory.h"

#include <utility>

#include "assembly/version.h"
#include "local/owned_directory.h"

namespace headgate::assembly {

Result<local::ProcessLock> lock_data_directory(Clock& clock, Disk& disk, const config::Config& config,
                                               const std::stop_token& stop) {
  const std::string& directory = config.collect.data_directory;
  TRY_IN("collect.data_directory", disk.make_directories(directory));
  return TRY_IN("collect.data_directory",
                local::ProcessLock::take(clock, directory + "/lock",
                                         {.version = kVersion, .wait_max = config.collect.lock_wait}, stop));
}

Result<local::ProcessLock> lock_state(Clock& clock, const config::Config& config,
                                      const std::stop_token& stop) {
  return TRY_IN("local.state",
                local::ProcessLock::take(clock, config.local.state + ".lock",
                                         {.version = kVersion, .wait_max = config.collect.lock_wait}, stop));
}

Error with_advice(Error error, const std::string& data_directory) {
  const bool is_about_it = error.what.find(data_directory) != std::string::npos;
  const bool is_refused = error.what.find("Permission denied") != std::string::npos ||
                          error.what.find("Operation not permitted") != std::string::npos;
  if (error.fault != Fault::Denied || !is_about_it || !is_refused) return error;
  const std::string command = "headgate collect --prepare --collect.data-directory=" + data_directory;
  error.what += ": " + local::why_not_ours(data_directory, command);
  return error;
}

}  // namespace headgate::assembly
