# How an installed tokentra is found: find_package(tokentra) and pkg-config.
include(CMakePackageConfigHelpers)

set(config_destination ${CMAKE_INSTALL_LIBDIR}/cmake/tokentra)
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/tokentraConfigVersion.cmake COMPATIBILITY SameMajorVersion)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/tokentraConfig.cmake
     "include(\"\${CMAKE_CURRENT_LIST_DIR}/tokentraTargets.cmake\")\n")
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/tokentraConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/tokentraConfigVersion.cmake
  DESTINATION ${config_destination}
  COMPONENT development)
install(
  EXPORT tokentraTargets
  NAMESPACE tokentra::
  DESTINATION ${config_destination}
  COMPONENT development)

# The file is relocatable: its prefix is relative to where it stands.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
           OUTPUT_VARIABLE TOKENTRA_PC_LIBDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
           OUTPUT_VARIABLE TOKENTRA_PC_INCLUDEDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY
           ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE TOKENTRA_PC_PREFIX)
configure_file(tokentra.pc.in ${CMAKE_CURRENT_BINARY_DIR}/tokentra.pc @ONLY)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/tokentra.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
