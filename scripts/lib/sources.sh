# The pinned sources that are built into libtokentra.so (cmake/dependencies.cmake has the same
# hashes and refuses anything else). The distribution's source packages hold them, so nothing but
# its mirror is needed. Source packages are switched on for this one look-up, with lists of its own
# under .deps/apt: the machine's configuration is read, never changed.

# package | archive | SHA-256
# The hashes stand in cmake/dependencies.cmake too; tests/tidy/pins.py compares.
source_table() {
  local abseil=abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe
  local simdjson=156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed
  printf '%s|%s|%s\n' abseil abseil_20220623.1.orig.tar.gz "$abseil"
  printf '%s|%s|%s\n' simdjson simdjson_3.0.1.orig.tar.gz "$simdjson"
}

has_content() { [[ -f "$1" ]] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

apt_for_sources() {
  apt-get -qq \
    -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$deps/apt/sources.d" \
    -o Dir::State::Lists="$deps/apt/lists" \
    -o Dir::Cache="$deps/apt/cache" \
    -o APT::Sandbox::User="$(id -un)" \
    -o Debug::NoLocking=true \
    -o Acquire::Languages=none \
    "$@" </dev/null >&2
}

# The machine's own entries for this release of the distribution, as deb-src entries. Releases that
# keep no key in trusted.gpg.d name the distribution's keyring instead.
enable_source_packages() {
  mkdir -p "$deps/apt/sources.d" "$deps/apt/lists/partial" "$deps/apt/cache/archives/partial"
  local id codename keyring options='' site release
  read -r id codename < <(. /etc/os-release && printf '%s %s\n' "$ID" "${VERSION_CODENAME:-}")
  keyring="/usr/share/keyrings/$id-archive-keyring.gpg"
  if [[ -z "$(ls /etc/apt/trusted.gpg.d)" && -e "$keyring" ]]; then
    options=" [signed-by=$keyring]"
  fi
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
    'Component: main' |
    while read -r site release; do
      [[ "$release" == "$codename" || "$release" == "$codename"-* ]] || continue
      printf 'deb-src%s %s %s main\n' "$options" "$site" "$release"
    done | sort -u >"$deps/apt/sources.d/tokentra-src.list"
}

fetch_pinned_sources() {
  local package archive hash wanted=()
  mkdir -p "$deps"
  while IFS='|' read -r package archive hash; do
    has_content "$deps/$archive" "$hash" || wanted+=("$package")
  done < <(source_table)
  [[ ${#wanted[@]} -gt 0 ]] || return 0

  step "Fetching pinned sources: ${wanted[*]}"
  if ! command -v apt-get >/dev/null; then
    note "no apt-get here: the build will download them from upstream"
    return 0
  fi
  note "from the distribution's source packages (deb-src, switched on for this look-up only,"
  note "in $deps/apt)"
  enable_source_packages
  apt_for_sources update || true
  for package in "${wanted[@]}"; do
    (cd "$deps" && apt_for_sources source --download-only --tar-only "$package") || true
  done
  rm -rf "$deps/apt"
  while IFS='|' read -r package archive hash; do
    has_content "$deps/$archive" "$hash" ||
      note "$archive is not to be had there: the build will download $package from upstream"
  done < <(source_table)
}
