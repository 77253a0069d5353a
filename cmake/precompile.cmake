# Headers of others that nearly every source includes are compiled once a build and not once a source: a third of the
# time that compiling takes. Only GCC's builds do it; those of clang compile each source by what it includes itself, so
# that an include which is missing shows there (presets tidy, fuzz, coverage).
option(HEADGATE_PRECOMPILE "Precompile the headers of the standard library, fmt, GoogleTest and CLI11 (GCC only)" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(HEADGATE_PRECOMPILE OFF)
endif()

set(headgate_precompiled_headers <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <filesystem>
    <functional> <map> <memory> <mutex> <optional> <set> <span> <stop_token> <string> <string_view> <thread> <unordered_map>
    <utility> <variant> <vector> <fmt/format.h>)

# What is precompiled is the target of one empty source; the others take it from there. It must be compiled as they are.
function(headgate_precompiled target)
  cmake_parse_arguments(ARG "" "" "LINKS;HEADERS" ${ARGN})
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/${target}.cc CONTENT "// Nothing but what is precompiled.\n")
  add_library(${target} STATIC ${PROJECT_BINARY_DIR}/${target}.cc)
  target_link_libraries(${target} PRIVATE ${ARG_LINKS})
  target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
endfunction()

if(HEADGATE_PRECOMPILE)
  # The compiler cache needs the one; the other comes with some libraries, and all must be compiled alike.
  add_compile_options(-fpch-preprocess -pthread)
  # GCC 12 warns of the standard library's own copying of strings (its bugs 105329 and 105651), more so when it is precompiled.
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  headgate_precompiled(headgate_precompiled LINKS Threads::Threads fmt::fmt HEADERS ${headgate_precompiled_headers})
  headgate_precompiled(headgate_precompiled_commands LINKS Threads::Threads fmt::fmt CLI11::CLI11 HEADERS ${headgate_precompiled_headers} <CLI/CLI.hpp>)
  if(HEADGATE_TESTS)
    headgate_precompiled(headgate_precompiled_tests LINKS Threads::Threads fmt::fmt GTest::gtest HEADERS ${headgate_precompiled_headers} <gtest/gtest.h>)
    target_compile_options(headgate_precompiled_tests PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endif()

# headgate_precompile(TARGET [commands|tests])
function(headgate_precompile target)
  if(NOT HEADGATE_PRECOMPILE)
    return()
  endif()
  set(from headgate_precompiled)
  if(ARGN)
    set(from headgate_precompiled_${ARGN})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${from})
endfunction()
