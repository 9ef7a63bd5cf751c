# tests/fuzz/*_fuzz.cc: one libFuzzer program each; scripts/prove fuzz runs them.
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/*_fuzz.cc)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM name)
  add_executable(${name} ${source})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE tokentra_builtin_catalog tokentra_core tokentra
                                        tokentra_options)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endforeach()
