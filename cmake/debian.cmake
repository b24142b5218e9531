# Run by CPack between installation into its staging directory and the making of the packages: see package.cmake.

find_program(GZIP gzip REQUIRED)

foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component}${CPACK_PACKAGING_INSTALL_PREFIX})
  set(doc ${root}/share/doc/${package})

  get_filename_component(source ${CPACK_RESOURCE_FILE_LICENSE} DIRECTORY)
  configure_file(${source}/LICENSE ${doc}/copyright COPYONLY)
  configure_file(${source}/CHANGELOG.md ${doc}/changelog COPYONLY)
  # The copyright file has the text, and the changelog stands beside it.
  file(REMOVE ${root}/share/doc/libpkt/LICENSE ${root}/share/doc/libpkt/CHANGELOG.md)

  file(GLOB pages ${root}/share/man/man*/*)
  foreach(file ${pages} ${doc}/changelog)
    execute_process(COMMAND ${GZIP} -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endforeach()
