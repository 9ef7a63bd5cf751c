# Shared by the scripts; source it after `set -euo pipefail`. Progress goes to standard error, so
# that a script's standard output is only what it is for.

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
deps="$repo/.deps"
venv="$repo/.venv"
jobs="${TOKENTRA_JOBS:-$(nproc)}"
export repo deps venv jobs

step() { printf '== %s (%d s)\n' "$*" "$SECONDS" >&2; }
note() { printf '   %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The comment block at the top of a script is its help.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//;/^[^#]*$/p}' "$0" | sed '/^set -/,$d'; }

# build_preset <configure preset> [target...]: configures where needed, then builds.
build_preset() {
  local preset="$1"
  shift
  local directory="$preset"
  [[ "$preset" == bench ]] && directory=release
  local log="$repo/build/$directory.configure.log"
  mkdir -p "$repo/build"
  if ! (cd "$repo" && cmake --preset "$preset") >"$log" 2>&1; then
    cat "$log" >&2
    fail "configuring the preset $preset failed"
  fi
  grep -A3 '^CMake Warning' "$log" >&2 || true
  local targets=()
  [[ $# -gt 0 ]] && targets=(--target "$@")
  (cd "$repo" && cmake --build --preset "$preset" --parallel "$jobs" "${targets[@]}") >&2
}
