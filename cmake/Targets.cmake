# bulian_library(NAME SRCS a.cc ... DEPS targets ...)   a room or part of one; headers are found from the source root
# bulian_test(NAME SRCS a_test.cc ... DEPS targets ... [LABELS l ...] [TIMEOUT seconds])   GoogleTest with its own main
# bulian_binary(NAME SRCS ... DEPS ...)   a program in bin/
# Tests of rooms and tools get the label `sanitize` and are built by the target sanitize_tests; those of rooms that are free
# of gRPC and start or serve threads also get the label `thread` and are built by sanitize_thread_tests.
set(BULIAN_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)

add_custom_target(sanitize_tests)
add_custom_target(sanitize_thread_tests)

function(bulian_compile_settings name)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${BULIAN_WARNINGS})
  if(BULIAN_SANITIZE)
    bulian_precompiled(${name})
  endif()
endfunction()

# Most of the time of compiling a test goes into headers. The release build does without them for all that is no test, so
# that a missing include shows there.
function(bulian_precompiled name)
  target_precompile_headers(${name} REUSE_FROM bulian_precompiled_headers)
  target_compile_options(${name} PRIVATE -pthread)  # as they are compiled
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # For ccache; a target with definitions of its own (hiredis brings one) compiles without them, and is told so; and what
    # the optimiser wrongly finds in the standard library's strings is no longer known to be of a system header.
    target_compile_options(${name} PRIVATE -fpch-preprocess -Wno-error=invalid-pch -Wno-array-bounds
                           -Wno-stringop-overflow -Wno-restrict)
  endif()
endfunction()

function(bulian_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  bulian_compile_settings(${name})
endfunction()

function(bulian_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  bulian_compile_settings(${name})
endfunction()

function(bulian_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  bulian_binary(${name} SRCS ${ARG_SRCS} DEPS ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  if(NOT BULIAN_SANITIZE)
    bulian_precompiled(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(BULIAN_SANITIZE)
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  endif()
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/services/|/tools/|/tests/conformance|/tests/integration")
    list(APPEND ARG_LABELS sanitize)
    add_dependencies(sanitize_tests ${name})
  endif()
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/services/(model|store|view|risk)" AND NOT name MATCHES "service")
    list(APPEND ARG_LABELS thread)
    add_dependencies(sanitize_thread_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       ENVIRONMENT "BULIAN_BIN_DIR=${CMAKE_BINARY_DIR}/bin;BULIAN_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()
