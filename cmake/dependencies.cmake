# Libraries of the io rooms and the tools. The pure rooms need none. A missing optional one switches its feature off,
# and the summary says so.

find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)

# What libpkt itself is linked with: targets, and the same as modules of pkg-config.
set(PKT_LIBRARIES PkgConfig::PCAP)
set(PKT_MODULES PCAP:libpcap)
set(PKT_REQUIRES libpcap)

foreach(optional "ZLIB:zlib:gzip-compressed captures" "ZSTD:libzstd:zstd-compressed captures")
  string(REPLACE ":" ";" parts ${optional})
  list(GET parts 0 name)
  list(GET parts 1 module)
  list(GET parts 2 feature)
  pkg_check_modules(${name} IMPORTED_TARGET ${module})
  if(${name}_FOUND)
    list(APPEND PKT_LIBRARIES PkgConfig::${name})
    list(APPEND PKT_MODULES ${name}:${module})
    list(APPEND PKT_REQUIRES ${module})
    message(STATUS "feature: ${feature}: on")
  else()
    message(STATUS "feature: ${feature}: off (${module} was not found)")
  endif()
endforeach()

# The tools of this tree link libpkt.a with these.
set(PKT_TOOL_LIBRARIES ${PKT_LIBRARIES})
if(PKT_STATIC_TOOLS)
  include(cmake/static.cmake)
endif()
