#!/bin/sh
# pkg_config.sh shared|static SOURCE_DIR OUTPUT_DIR: builds the C consumer with what pkg-config says
# and runs it.
set -eu
mkdir -p "$3"
libdir=$(pkg-config --variable=libdir tokentra)
case $1 in
  shared) libraries="$(pkg-config --libs tokentra) -Wl,-rpath,$libdir" ;;
  # The archive by name, since the linker would take the shared library; then what it needs.
  static)
    libraries=$(pkg-config --static --libs tokentra)
    libraries="$libdir/libtokentra.a ${libraries#*-ltokentra}"
    ;;
esac
# Flags are words on purpose.
# shellcheck disable=SC2046,SC2086
"$CC" -std=c99 -Wall -Wextra -Werror $(pkg-config --cflags tokentra) "$2"/main.c \
  -o "$3"/consumer_"$1" $libraries
"$3"/consumer_"$1"
