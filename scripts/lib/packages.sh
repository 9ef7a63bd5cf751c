# Debian packages: what is needed, how to see that it is there already, and why.

has_program() { command -v "$1" >/dev/null; }
has_header() { printf '#include <%s>\n' "$1" | c++ -std=c++20 -E -x c++ - >/dev/null 2>&1; }
has_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
has_python_headers() {
  python3 -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}

# purposes | package | check | reason
package_table() {
  cat <<'END'
all|g++|has_program c++|compiler
all|cmake|has_program cmake|build description
all|python3|has_program python3|build and check scripts
all|ninja-build|has_program ninja|runs the build
all|nlohmann-json3-dev|has_header nlohmann/json.hpp|JSON of catalogs and output
all|libcli11-dev|has_header CLI/CLI.hpp|command line parser of the tokentra program
all|zlib1g-dev|has_header zlib.h|gzip files, read by the tokentra program
all|libzstd-dev|has_header zstd.h|zstd files, read by the tokentra program
test,bench,prove|libgtest-dev|has_header gtest/gtest.h|C++ tests
test,bench,prove|libgmock-dev|has_header gmock/gmock.h|matchers of the C++ tests
test,bench,prove|pkg-config|has_program pkg-config|test of embedding with pkg-config
test,bench,prove|python3-venv|has_venv|virtual environment for the Python tests
test,bench,prove|python3-dev|has_python_headers|headers for the Python module
bench|libbenchmark-dev|has_header benchmark/benchmark.h|C++ benchmarks
test,prove|strace|has_program strace|counts system calls of recording
test,prove|spin|has_program spin|models of the ledger's protocol
prove|clang-14|has_program clang-14|fuzzing and a second compiler
END
}

install_missing_packages() {
  local purpose="$1" missing=() purposes package check reason
  while IFS='|' read -r purposes package check reason; do
    [[ "$purposes" == all || ",$purposes," == *",$purpose,"* ]] || continue
    $check && continue
    [[ ${#missing[@]} -eq 0 ]] && step "Missing Debian packages"
    note "$package: $reason"
    missing+=("$package")
  done < <(package_table)
  [[ ${#missing[@]} -gt 0 ]] || return 0

  has_program apt-get || fail "no apt-get here: install the above with your package manager"
  local as_root=()
  if [[ "$(id -u)" -ne 0 ]]; then
    has_program sudo || fail "run as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  step "Installing them with apt-get"
  mkdir -p "$deps"
  local log="$deps/apt.log"
  if ! { "${as_root[@]}" apt-get -qq update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq install --yes --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1
  then
    cat "$log" >&2
    fail "apt-get could not install them"
  fi
}
