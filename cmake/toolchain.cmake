# Warnings, sanitizers, compiler cache and linker: the same for every target.
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -Werror)
# What a mutex guards is touched only with it held: src/base/mutex.h.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety)
endif()

if(HEADGATE_SANITIZE)
  add_compile_options(-fsanitize=${HEADGATE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  # What a sanitizer adds hides from GCC that a variable was set (its manual says so of -fsanitize); Release has the warning.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${HEADGATE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND HEADGATE_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)  # atomic_thread_fence in system headers
  endif()
endif()
if(HEADGATE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "HEADGATE_FUZZ needs clang: use the preset `fuzz`")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=address,undefined)
endif()
if(HEADGATE_COVERAGE)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "HEADGATE_COVERAGE needs clang: use the preset `coverage`")
  endif()
  # Paths in what is recorded are relative, so that clones share what the compiler cache holds.
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping -fcoverage-compilation-dir=.)
  add_link_options(-fprofile-instr-generate)
endif()

# Hardening: what ships makes a memory error a crash instead of a way in. tools/hardened.py checks that the linked binary has it.
# Not with sanitizers or fuzzers, which check the same and more, and clash with the fortified functions; nor where only coverage is counted.
if(HEADGATE_HARDEN AND NOT HEADGATE_SANITIZE AND NOT HEADGATE_FUZZ AND NOT HEADGATE_COVERAGE)
  add_compile_options(-fPIE -fstack-protector-strong -fstack-clash-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
  # Indexes, front(), back() and dereferences of the standard library's types are checked.
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  # Only where the compiler optimises: without, glibc warns that it cannot.
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    add_compile_options(-fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    add_compile_options(-mbranch-protection=standard)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths below the checkout do not count, so that clones and work trees share what they compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
