# Run by CPack between installation into its staging directory and the making of the packages: see package.cmake.

find_program(GZIP gzip REQUIRED)
# SOURCE_DATE_EPOCH is honoured.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(entry "${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Made by CPack; what changed stands in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")

foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component}${CPACK_PACKAGING_INSTALL_PREFIX})
  set(doc ${root}/share/doc/${package})

  get_filename_component(source ${CPACK_RESOURCE_FILE_LICENSE} DIRECTORY)
  configure_file(${source}/LICENSE ${doc}/copyright COPYONLY)
  configure_file(${source}/CHANGELOG.md ${doc}/changelog COPYONLY)
  file(WRITE ${doc}/changelog.Debian "${entry}")
  # The copyright file has the text, and the changelog stands beside it.
  file(REMOVE ${root}/share/doc/libpkt/LICENSE ${root}/share/doc/libpkt/CHANGELOG.md)

  file(GLOB pages ${root}/share/man/man*/*)
  foreach(file ${pages} ${doc}/changelog ${doc}/changelog.Debian)
    execute_process(COMMAND ${GZIP} -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endforeach()
