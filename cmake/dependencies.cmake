# Libraries of the io rooms and the tools. The pure rooms need none. A missing optional one switches its feature off,
# and the summary says so.

find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
pkg_check_modules(MNL REQUIRED IMPORTED_TARGET libmnl)

# Debian 12's libnet (1.1.6) has no file for pkg-config.
find_path(PKT_NET_INCLUDE_DIR libnet.h REQUIRED)
find_library(PKT_NET_LIBRARY net REQUIRED)
mark_as_advanced(PKT_NET_INCLUDE_DIR PKT_NET_LIBRARY)

# What libpkt itself is linked with: targets, and the same as modules of pkg-config.
set(PKT_LIBRARIES PkgConfig::PCAP PkgConfig::MNL -lnet)
set(PKT_MODULES PCAP:libpcap MNL:libmnl)
set(PKT_REQUIRES libpcap libmnl)

foreach(optional "ZLIB:zlib:gzip-compressed captures" "ZSTD:libzstd:zstd-compressed captures"
    "SECCOMP:libseccomp:system call filter")
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

# Names and addresses in the tools; libpkt has nothing to do with it.
if(PKT_CARES)
  pkg_check_modules(CARES IMPORTED_TARGET libcares)
endif()
if(CARES_FOUND)
  message(STATUS "feature: names that never block, names of addresses: on")
else()
  message(STATUS "feature: names that never block, names of addresses: off (libcares was not found, or PKT_CARES is off)")
endif()

# The tools of this tree link libpkt.a with these.
set(PKT_TOOL_LIBRARIES ${PKT_LIBRARIES})
if(PKT_STATIC_TOOLS)
  include(cmake/static.cmake)
endif()
