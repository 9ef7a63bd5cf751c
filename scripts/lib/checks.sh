# The single checks that scripts/test and scripts/prove are made of.

# Tracked files and those not yet committed, never what is ignored; a copy without git has all.
source_files() {
  if git -C "$repo" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -C "$repo" ls-files --cached --others --exclude-standard -- "$@" |
      while read -r file; do [[ -f "$repo/$file" ]] && printf '%s\n' "$repo/$file"; done
  else
    local pattern
    for pattern in "$@"; do
      find "$repo" \( -path "$repo/build" -o -path "$repo/.deps" -o -path "$repo/.venv" \) -prune \
        -o -name "$pattern" -type f -print
    done
  fi
}

check_format() {
  local files=()
  mapfile -t files < <(source_files '*.h' '*.hpp' '*.c' '*.cc')
  [[ ${#files[@]} -eq 0 ]] || "$venv/bin/clang-format" --dry-run --Werror "${files[@]}" ||
    fail "run: .venv/bin/clang-format -i FILE..."
}

check_python_lints() {
  "$venv/bin/ruff" check --quiet "$repo" || fail "run: .venv/bin/ruff check --fix"
  "$venv/bin/ruff" format --quiet --check "$repo" || fail "run: .venv/bin/ruff format"
}

# A program under a sanitizer needs memory where the sanitizer expects it: no random layout.
without_randomised_layout() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="print_stacktrace=1"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1"

run_address_sanitizer() {
  step "Building the preset asan"
  build_preset asan
  step "Tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  local program
  for program in core_tests stress_tests capi_tests; do
    [[ -x "$repo/build/asan/tests/$program" ]] || continue
    "$repo/build/asan/tests/$program" --gtest_brief=1
  done
  run_hostile_inputs
}

# The command line's hostile inputs, with the sanitized program.
run_hostile_inputs() {
  [[ -d "$repo/tests/cli" ]] || return 0
  TOKENTRA_PROGRAM="$repo/build/asan/bin/tokentra" run_pytest tests/cli --quiet -k hostile
}

# run_thread_sanitizer <seconds>: each stress test runs about that long.
run_thread_sanitizer() {
  step "Building the preset tsan"
  build_preset tsan core_tests stress_tests
  step "Concurrent tests under ThreadSanitizer"
  TOKENTRA_STRESS_SECONDS="$1" without_randomised_layout "$repo/build/tsan/tests/stress_tests" \
    --gtest_brief=1
  TOKENTRA_STRESS_SECONDS="$1" without_randomised_layout "$repo/build/tsan/tests/core_tests" \
    --gtest_brief=1 --gtest_filter='*Ledger*:*Recorder*:*Client*:*Concurren*:*Thread*:*IdWindow*'
}

install_wheel() {
  (cd "$repo" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --no-index --force-reinstall .) </dev/null >&2
}

# run_pytest <folder> [argument...]
run_pytest() {
  local folder="$1"
  shift
  (cd "$repo" && PATH="$venv/bin:$PATH" "$venv/bin/python" -m pytest "$folder" "$@")
}
