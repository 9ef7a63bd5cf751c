# tokentra_pinned_source(<name> OUT <variable> STAMP <text> URL <url> SHA256 <hash>...
#                        [PATCH <file>])
#
# Unpacks one pinned archive into ${TOKENTRA_DEPS_DIR}/src/<name>-<STAMP> and sets <variable> to
# that folder. An archive counts as found when a file <name>*.tar.gz in TOKENTRA_DEPS_DIR has one of
# the hashes; only else is URL downloaded, and its content must have one of them. Several builds
# that configure at once wait for each other. Change STAMP when PATCH changes.
function(tokentra_pinned_source name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUT;STAMP;URL;PATCH" "SHA256")

  set(source_dir ${TOKENTRA_DEPS_DIR}/src/${name}-${arg_STAMP})
  set(${arg_OUT} ${source_dir} PARENT_SCOPE)
  if(EXISTS ${source_dir})
    return()
  endif()

  file(MAKE_DIRECTORY ${TOKENTRA_DEPS_DIR}/src)
  file(LOCK ${TOKENTRA_DEPS_DIR}/src/${name}.lock GUARD FUNCTION TIMEOUT 300)
  if(EXISTS ${source_dir})
    return()
  endif()

  set(archive)
  file(GLOB candidates ${TOKENTRA_DEPS_DIR}/${name}*.tar.gz)
  foreach(candidate IN LISTS candidates)
    file(SHA256 ${candidate} hash)
    if(hash IN_LIST arg_SHA256)
      set(archive ${candidate})
    endif()
  endforeach()

  if(NOT archive)
    list(GET arg_SHA256 0 upstream_hash)
    set(archive ${TOKENTRA_DEPS_DIR}/${name}-${arg_STAMP}.tar.gz)
    message(STATUS "tokentra: downloading ${arg_URL}")
    file(DOWNLOAD ${arg_URL} ${archive}.part STATUS status TLS_VERIFY ON)
    list(POP_FRONT status code reason)
    set(hash "nothing")
    if(code EQUAL 0)
      file(SHA256 ${archive}.part hash)
    endif()
    if(NOT hash STREQUAL upstream_hash)
      file(REMOVE ${archive}.part)
      message(
        FATAL_ERROR
          "tokentra: the pinned source of ${name} is neither in ${TOKENTRA_DEPS_DIR} nor could it "
          "be downloaded from ${arg_URL} (${reason}; SHA-256 ${hash}). Run scripts/setup, or put "
          "the archive there as ${name}.tar.gz.")
    endif()
    file(RENAME ${archive}.part ${archive})
  endif()

  message(STATUS "tokentra: unpacking ${archive}")
  set(unpack_dir ${TOKENTRA_DEPS_DIR}/src/${name}.unpack)
  file(REMOVE_RECURSE ${unpack_dir})
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${unpack_dir})
  file(GLOB top_dir ${unpack_dir}/*)
  if(arg_PATCH)
    tokentra_apply_patch(${top_dir} ${arg_PATCH})
  endif()
  file(RENAME ${top_dir} ${source_dir})
  file(REMOVE_RECURSE ${unpack_dir})
endfunction()

# Applies a patch with `patch`, or with `git apply` where that is not installed.
function(tokentra_apply_patch directory file)
  find_program(TOKENTRA_PATCH_PROGRAM patch)
  find_program(TOKENTRA_GIT_PROGRAM git)
  mark_as_advanced(TOKENTRA_PATCH_PROGRAM TOKENTRA_GIT_PROGRAM)
  if(TOKENTRA_PATCH_PROGRAM)
    set(command ${TOKENTRA_PATCH_PROGRAM} -p1 --batch --input ${file})
  elseif(TOKENTRA_GIT_PROGRAM)
    # Without the ceiling, git would take the folder for a part of our own repository.
    cmake_path(GET directory PARENT_PATH ceiling)
    set(command ${CMAKE_COMMAND} -E env GIT_CEILING_DIRECTORIES=${ceiling}
                ${TOKENTRA_GIT_PROGRAM} apply -p1 ${file})
  else()
    message(FATAL_ERROR "tokentra: applying ${file} needs the program patch or git")
  endif()
  execute_process(
    COMMAND ${command}
    WORKING_DIRECTORY ${directory}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "tokentra: ${file} does not apply in ${directory}:\n${output}")
  endif()
endfunction()
