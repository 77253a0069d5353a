#include "aws/credentials/process_credentials.h"

#include <algorithm>

#include "aws/credentials/credentials_document.h"
#include "aws/credentials/program_output.h"

namespace headgate::aws {

Result<Credentials> ProcessCredentials::fetch(Deadline deadline) {
  deadline.at = std::min(deadline.at, clock_.steady() + kRunMax);
  const Program program{.words = TRY(words_of_command(command_)),
                        .environment = environment_.variables,
                        .output_bytes_max = kCredentialsDocumentBytesMax};
  const std::string document = TRY(output_of(program, clock_, deadline));
  return parse_credentials_document(document);
}

}  // namespace headgate::aws
