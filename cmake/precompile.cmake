# What nearly every test includes, GoogleTest above all, is compiled once a build and not once a source: a fifth of the time that
# the tests take to compile. For product sources it was measured to gain nothing. Only GCC's builds do it: those of clang
# (presets tidy, fuzz, coverage) compile each source by what it includes itself, so that a missing include shows there.
option(HEADGATE_PRECOMPILE "Precompile the headers of GoogleTest, fmt and the standard library for the tests (GCC only)" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT HEADGATE_TESTS)
  set(HEADGATE_PRECOMPILE OFF)
endif()

# One empty source holds what is precompiled. It has to be compiled with the options of the tests. Some libraries bring -pthread
# and some do not, so all get it here. The compiler cache needs -fpch-preprocess.
set(headgate_precompiled_options $<$<CONFIG:Release>:-O1> -pthread -fpch-preprocess)
if(HEADGATE_PRECOMPILE)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cc CONTENT "// Nothing but what is precompiled.\n")
  add_library(headgate_precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(headgate_precompiled PRIVATE Threads::Threads fmt::fmt GTest::gtest)
  target_compile_options(headgate_precompiled PRIVATE ${headgate_precompiled_options})
  target_precompile_headers(headgate_precompiled PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <set> <span> <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <fmt/format.h> <gtest/gtest.h>)
endif()

# A test program takes its part.
function(headgate_precompile program)
  if(HEADGATE_PRECOMPILE)
    target_compile_options(${program} PRIVATE ${headgate_precompiled_options})
    # GCC 12 warns of the standard library's own copying of strings where that is precompiled (its bugs 105329 and 105651).
    target_compile_options(${program} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
    target_precompile_headers(${program} REUSE_FROM headgate_precompiled)
  endif()
endfunction()
