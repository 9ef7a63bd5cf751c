# Every dependency of the project, and the only place that names one. Reasons stand in
# docs/dependencies.md.
#
# What is compiled into libtokentra.so (Abseil, simdjson) is built from pinned source, because a
# distribution's static archives are not position independent. An archive is looked up by its
# SHA-256 in TOKENTRA_DEPS_DIR, which scripts/setup fills, and else downloaded from upstream. The
# rest is found with find_package where a target needs it.

set(TOKENTRA_DEPS_DIR
    ${PROJECT_SOURCE_DIR}/.deps
    CACHE PATH "Where pinned source archives are kept and unpacked")

set(TOKENTRA_ABSEIL_VERSION 20220623.1)
set(TOKENTRA_SIMDJSON_VERSION 3.0.1)

include(${CMAKE_CURRENT_LIST_DIR}/pinned_source.cmake)

# Two archives hold the same Abseil: upstream's and the one that Debian made of the same tag.
tokentra_pinned_source(
  abseil
  OUT abseil_dir
  STAMP ${TOKENTRA_ABSEIL_VERSION}-1
  URL https://github.com/abseil/abseil-cpp/archive/refs/tags/${TOKENTRA_ABSEIL_VERSION}.tar.gz
  SHA256 91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8
         abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe
  PATCH ${CMAKE_CURRENT_LIST_DIR}/patches/abseil-cve-2025-0838.patch)

tokentra_pinned_source(
  simdjson
  OUT simdjson_dir
  STAMP ${TOKENTRA_SIMDJSON_VERSION}
  URL https://github.com/simdjson/simdjson/archive/v${TOKENTRA_SIMDJSON_VERSION}.tar.gz
  SHA256 156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed)

# No warnings and no debug information from other people's code.
set(TOKENTRA_LIBRARY_OPTIONS -g0 -w)

# Abseil keeps its own CMake files; only the objects that something links are compiled. The block
# keeps its variables and ours apart; compile options belong to the directory, so they are put back.
get_directory_property(tokentra_own_options COMPILE_OPTIONS)
block()
  set(BUILD_TESTING OFF)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_WARN_DEPRECATED OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS OFF)
  set(ABSL_PROPAGATE_CXX_STD ON)
  set(ABSL_ENABLE_INSTALL OFF)
  add_compile_options(${TOKENTRA_LIBRARY_OPTIONS})
  add_subdirectory(${abseil_dir} ${CMAKE_BINARY_DIR}/third_party/abseil EXCLUDE_FROM_ALL SYSTEM)
endblock()
set_directory_properties(PROPERTIES COMPILE_OPTIONS "${tokentra_own_options}")
add_library(tokentra_abseil INTERFACE)
target_link_libraries(
  tokentra_abseil
  INTERFACE absl::flat_hash_map
            absl::flat_hash_set
            absl::int128
            absl::span
            absl::status
            absl::statusor
            absl::strings)

# simdjson as its authors ship it for embedding: one file, no exceptions, no threads.
add_library(tokentra_simdjson STATIC EXCLUDE_FROM_ALL ${simdjson_dir}/singleheader/simdjson.cpp)
target_include_directories(tokentra_simdjson SYSTEM PUBLIC ${simdjson_dir}/singleheader)
target_compile_definitions(tokentra_simdjson PUBLIC SIMDJSON_EXCEPTIONS=0
                                                    SIMDJSON_THREADS_ENABLED=0)
target_compile_options(tokentra_simdjson PRIVATE ${TOKENTRA_LIBRARY_OPTIONS})

find_package(nlohmann_json 3.11 REQUIRED)

if(TOKENTRA_BUILD_CLI)
  find_package(CLI11 2.1 REQUIRED)
  find_package(Threads REQUIRED)
  # Only the program unpacks files; linked statically where the archives are there, so that a wheel
  # needs neither.
  foreach(library IN ITEMS z zstd)
    find_library(TOKENTRA_${library}_LIBRARY NAMES lib${library}.a ${library} REQUIRED)
    mark_as_advanced(TOKENTRA_${library}_LIBRARY)
  endforeach()
  find_path(TOKENTRA_zlib_INCLUDE_DIR zlib.h REQUIRED)
  find_path(TOKENTRA_zstd_INCLUDE_DIR zstd.h REQUIRED)
  mark_as_advanced(TOKENTRA_zlib_INCLUDE_DIR TOKENTRA_zstd_INCLUDE_DIR)
  add_library(tokentra_zlib INTERFACE)
  target_include_directories(tokentra_zlib SYSTEM INTERFACE ${TOKENTRA_zlib_INCLUDE_DIR})
  target_link_libraries(tokentra_zlib INTERFACE ${TOKENTRA_z_LIBRARY})
  add_library(tokentra_zstd INTERFACE)
  target_include_directories(tokentra_zstd SYSTEM INTERFACE ${TOKENTRA_zstd_INCLUDE_DIR})
  target_link_libraries(tokentra_zstd INTERFACE ${TOKENTRA_zstd_LIBRARY})
endif()
if(TOKENTRA_BUILD_PYTHON)
  find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
  find_package(pybind11 2.13 CONFIG REQUIRED)
endif()
if(TOKENTRA_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter)
endif()
if(TOKENTRA_BUILD_BENCHMARKS)
  find_package(benchmark 1.7 REQUIRED)
endif()
