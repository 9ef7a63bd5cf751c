# Settings that must hold for every object in the build, third-party ones included.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

# Everything may end up inside libtokentra.so, from which only the C ABI is visible.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  # A build tree can be moved: programs find libtokentra.so relative to themselves.
  set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
endif()

# Sections per function let the linkers drop what nothing uses from the libraries built in.
add_compile_options(-ffunction-sections -fdata-sections)
# g++ makes statics of inline functions unique in the whole process, which no linker or objcopy can
# hide and which keeps a library from ever being unloaded.
add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)

if(TOKENTRA_SANITIZE)
  string(REPLACE "," ";" everywhere "${TOKENTRA_SANITIZE}")
  # Undefined behaviour is looked for in tokentra's own code (compile_options.cmake): in the
  # libraries it would find nothing of ours and triple their compile time.
  list(REMOVE_ITEM everywhere undefined)
  add_compile_options(-fno-omit-frame-pointer)
  if(everywhere)
    list(JOIN everywhere "," everywhere)
    add_compile_options(-fsanitize=${everywhere})
  endif()
  add_link_options(-fsanitize=${TOKENTRA_SANITIZE})
endif()
