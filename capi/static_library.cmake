# libtokentra.a, in three steps: link everything the C ABI needs into one relocatable object, make
# all but the C ABI's symbols local, put that object into an archive. A group of equal inline
# functions is dissolved on the way (--force-group-allocation): once its symbols are local it could
# no longer stand for the same group of another library.
set(merged_object ${CMAKE_CURRENT_BINARY_DIR}/libtokentra.o)

add_executable(tokentra_merged $<TARGET_OBJECTS:tokentra_capi>)
set_target_properties(
  tokentra_merged
  PROPERTIES LINKER_LANGUAGE CXX
             OUTPUT_NAME tokentra_merged.o
             RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
             BUILD_RPATH_USE_ORIGIN OFF
             SKIP_BUILD_RPATH ON)
target_link_options(tokentra_merged PRIVATE -r -nostdlib -Wl,--force-group-allocation)
target_link_libraries(tokentra_merged PRIVATE tokentra_builtin_catalog tokentra_core)

add_custom_command(
  OUTPUT ${merged_object}
  COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=tokentra_* $<TARGET_FILE:tokentra_merged>
          ${merged_object}
  DEPENDS tokentra_merged
  COMMENT "Making libtokentra.a's inner symbols local"
  VERBATIM)

add_library(tokentra_static STATIC ${merged_object})
tokentra_declare_library(tokentra_static)
set_source_files_properties(${merged_object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
set_target_properties(tokentra_static PROPERTIES OUTPUT_NAME tokentra LINKER_LANGUAGE CXX)
target_compile_definitions(tokentra_static INTERFACE TOKENTRA_STATIC=1)
# A C program links it with the C driver, which does not bring these itself.
target_link_libraries(tokentra_static INTERFACE stdc++ m)

install(
  TARGETS tokentra_static
  EXPORT tokentraTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
