# The virtual environment of the tests, with pinned tools, and the wheels from which `pip install .`
# works without a network.

make_virtual_environment() {
  local requirements="$repo/scripts/requirements" lists=(build test)
  [[ "$1" == bench ]] && lists+=(bench)
  local files=() list
  for list in "${lists[@]}"; do files+=("$requirements/$list.txt"); done

  if [[ ! -x "$venv/bin/python" ]] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    step "Making the virtual environment .venv"
    python3 -m venv --clear "$venv"
  fi
  local stamp
  stamp="$venv/tokentra-${lists[*]// /-}-$(cat "${files[@]}" | sha256sum | cut -c1-16)"
  stamp="${stamp// /-}"
  [[ -e "$stamp" && -d "$deps/wheels" ]] && return 0

  step "Installing pinned Python tools into .venv"
  for list in "${files[@]}"; do
    note "$(basename "$list"): $(grep -v '^#' "$list" | tr '\n' ' ')"
  done
  local pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check)
  mkdir -p "$deps/wheels"
  "${pip[@]}" download --only-binary :all: --find-links "$deps/wheels" --dest "$deps/wheels" \
    --requirement "$requirements/build.txt" </dev/null >&2
  "${pip[@]}" install --find-links "$deps/wheels" \
    "${files[@]/#/--requirement=}" </dev/null >&2
  touch "$stamp"
}
