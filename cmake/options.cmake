# What can be chosen, and the flags that every target of the tree gets.

option(PKT_TOOLS "build the tools" ON)
option(PKT_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(PKT_WERROR "warnings are errors" OFF)
option(PKT_STATIC_TOOLS "link the tools statically" OFF)
option(PKT_CARES "resolve names with c-ares where it is found, not with getaddrinfo" ON)
option(PKT_FUZZ "build the libFuzzer targets (clang)" OFF)
option(PKT_LTO "link-time optimisation" OFF)
set(PKT_SANITIZE "" CACHE STRING "sanitizers, such as address,undefined")
option(PKT_COVERAGE "instrument for coverage (gcc)" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(pkt_flags INTERFACE)
target_compile_options(pkt_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wcast-align=strict -Wcast-qual -Wformat=2 -Wundef $<$<BOOL:${PKT_WERROR}>:-Werror>
  -fstack-protector-strong -fno-strict-overflow)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
  target_compile_options(pkt_flags INTERFACE -Wno-cast-align)
endif()
target_link_options(pkt_flags INTERFACE -Wl,-z,relro -Wl,-z,now)
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo|MinSizeRel" AND NOT PKT_SANITIZE)
  target_compile_definitions(pkt_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(PKT_SANITIZE)
  target_compile_options(pkt_flags INTERFACE -fsanitize=${PKT_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(pkt_flags INTERFACE -fsanitize=${PKT_SANITIZE})
endif()
if(PKT_FUZZ)
  # Every room reports its branches; the targets in tests/fuzz bring the fuzzer itself.
  target_compile_options(pkt_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PKT_COVERAGE)
  target_compile_options(pkt_flags INTERFACE --coverage -O0)
  target_link_options(pkt_flags INTERFACE --coverage)
endif()
if(PKT_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(LANGUAGES C)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
