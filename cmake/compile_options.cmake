# Flags for tokentra's own code only: link tokentra_options PRIVATE.

add_library(tokentra_options INTERFACE)
target_include_directories(tokentra_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
  tokentra_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wno-sign-conversion # clang's -Wconversion has it, g++'s has not
            -Wcast-align
            -Wcast-qual
            -Wformat=2
            -Wundef
            -Wvla
            $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi>
            $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
            $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wduplicated-cond>
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wlogical-op>
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wsuggest-override>
            $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>)
if(TOKENTRA_SANITIZE MATCHES "undefined")
  # A finding ends the program, so that no test can pass over it.
  target_compile_options(tokentra_options INTERFACE -fsanitize=undefined -fno-sanitize-recover=all)
endif()
# Not under the sanitizers, whose instrumentation makes g++ warn of paths that do not exist.
if(TOKENTRA_WERROR AND NOT TOKENTRA_SANITIZE)
  target_compile_options(tokentra_options INTERFACE -Werror)
endif()
