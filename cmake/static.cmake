# What a tool needs to be one file without shared libraries: the archives behind libpcap, zlib and libzstd.
#
# libpcap.a of Debian 12 draws in libdbus-1.a, and that two functions of libsystemd, which Debian has as a shared
# library only. D-Bus calls them to serve on sockets that systemd passed on, which a client never does:
# static_systemd.c answers that there are none. Debian has libmnl as a shared library only, too: static_mnl.c holds the
# few functions of it that libpkt calls.

set(static_libraries "")
foreach(module PCAP MNL ZSTD ZLIB SECCOMP)
  if(${module}_FOUND)
    list(APPEND static_libraries ${${module}_STATIC_LIBRARIES})
  endif()
endforeach()
list(APPEND static_libraries net)
list(REMOVE_DUPLICATES static_libraries)

add_library(pkt_static_libraries INTERFACE)
find_library(PKT_SYSTEMD_ARCHIVE libsystemd.a)
mark_as_advanced(PKT_SYSTEMD_ARCHIVE)
if("systemd" IN_LIST static_libraries AND NOT PKT_SYSTEMD_ARCHIVE)
  list(REMOVE_ITEM static_libraries systemd)
  set(systemd_source ${CMAKE_CURRENT_LIST_DIR}/static_systemd.c)
  add_library(pkt_static_systemd STATIC ${systemd_source})
endif()
find_library(PKT_MNL_ARCHIVE libmnl.a)
mark_as_advanced(PKT_MNL_ARCHIVE)
if(NOT PKT_MNL_ARCHIVE)
  list(REMOVE_ITEM static_libraries mnl)
  set(mnl_source ${CMAKE_CURRENT_LIST_DIR}/static_mnl.c)
  add_library(pkt_static_mnl STATIC ${mnl_source})
endif()
list(TRANSFORM static_libraries PREPEND -l)
target_link_libraries(pkt_static_libraries INTERFACE -Wl,--start-group ${static_libraries} -Wl,--end-group
  $<TARGET_NAME_IF_EXISTS:pkt_static_systemd> $<TARGET_NAME_IF_EXISTS:pkt_static_mnl>)
target_link_options(pkt_static_libraries INTERFACE -static-pie)

# Better said here than by the linker: which archive is missing.
file(WRITE ${PROJECT_BINARY_DIR}/static_check.c
  "#include <pcap/pcap.h>\nint main(void) { return pcap_lib_version() == 0 || pcap_open_dead(1, 64) == 0; }\n")
try_compile(PKT_STATIC_LINKS ${PROJECT_BINARY_DIR}/static_check
  SOURCES ${PROJECT_BINARY_DIR}/static_check.c ${systemd_source} ${mnl_source}
  CMAKE_FLAGS -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  COMPILE_DEFINITIONS -D_GNU_SOURCE
  LINK_OPTIONS -static-pie
  LINK_LIBRARIES -Wl,--start-group ${static_libraries} -Wl,--end-group
  OUTPUT_VARIABLE static_output)
if(NOT PKT_STATIC_LINKS)
  message(FATAL_ERROR "PKT_STATIC_TOOLS: libpcap does not link statically here with ${static_libraries}. "
    "Install the archives (on Debian 12: libpcap0.8-dev, libdbus-1-dev, zlib1g-dev, libzstd-dev), or switch the "
    "option off. The linker says:\n${static_output}")
endif()
set(PKT_TOOL_LIBRARIES pkt_static_libraries)
