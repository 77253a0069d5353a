# Writes a source that holds the commit which `headgate --version` names. It runs at each build, and leaves the file alone
# while the commit is the same, so that nothing is compiled for it.
#   cmake -D SOURCE=checkout -D OUTPUT=file [-D COMMIT=commit] -P cmake/commit.cmake
# Without COMMIT git is asked. Where SOURCE is not the root of a git checkout (a release's archive, also when it was unpacked
# inside another project's checkout) the commit is "unknown".
set(commit "${COMMIT}")
find_program(GIT git)
if(NOT commit AND GIT)
  foreach(variable GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX)  # a git hook sets them
    unset(ENV{${variable}})
  endforeach()
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  # The path from the checkout's root to SOURCE: empty at the root.
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-prefix
    OUTPUT_VARIABLE below RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(status EQUAL 0 AND below STREQUAL "")
    execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
      OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
endif()
if(NOT commit MATCHES "^[0-9A-Za-z._-]+$")
  set(commit unknown)
endif()
set(text "// Written by cmake/commit.cmake.\n#include \"assembly/version.h\"\n\n")
string(APPEND text "namespace headgate::assembly {\n\nconst char* const kCommit = \"${commit}\";\n\n}  // namespace headgate::assembly\n")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}" @ONLY)
