# Libraries of the io rooms and the tools. The pure rooms need none. A missing optional one switches its feature off,
# and the summary says so.

find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)

foreach(optional ZLIB:zlib:"gzip-compressed captures" ZSTD:libzstd:"zstd-compressed captures")
  string(REPLACE ":" ";" parts ${optional})
  list(GET parts 0 name)
  list(GET parts 1 module)
  list(GET parts 2 feature)
  pkg_check_modules(${name} IMPORTED_TARGET ${module})
  if(${name}_FOUND)
    message(STATUS "feature: ${feature}: on")
  else()
    message(STATUS "feature: ${feature}: off (${module} was not found)")
  endif()
endforeach()
