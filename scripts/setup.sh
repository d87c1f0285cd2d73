# Sourced by scripts/run and scripts/test: installs what is missing, builds what changed, and says nothing when all is there.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

build_packages=(
  build-essential cmake ninja-build pkg-config
  libavcodec-dev libavdevice-dev libavformat-dev libavfilter-dev libavutil-dev libswscale-dev libswresample-dev
  libopencv-core-dev libopencv-imgproc-dev libopencv-objdetect-dev opencv-data libebur128-dev
  libpulse-dev libxcb1-dev libxcb-randr0-dev
  libpango1.0-dev librsvg2-dev libgdk-pixbuf-2.0-dev
  libcurl4-openssl-dev libssl-dev libboost1.81-dev libsqlitecpp-dev libsqlite3-dev libpqxx-dev
  libpugixml-dev libsodium-dev
  libcli11-dev libcsv-dev libexpected-dev libfmt-dev libicu-dev libkainjow-mustache-dev libspdlog-dev
  libtomlplusplus-dev nlohmann-json3-dev
  libsdl2-dev libimgui-dev libfreetype-dev libgl-dev
  fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
)
# The servers that tests publish to (tests/servers). PostgreSQL and nginx bring services of their own, which tests never use.
server_packages=(
  memcached swift swift-account swift-container swift-object swift-proxy
  libnginx-mod-http-dav-ext nginx-full openssl postgresql
)
# Those of scripts/test --full.
slow_server_packages=(awscli ceph-common ceph-mon ceph-osd radosgw)
# What its fuzz targets are built with: a Clang that knows C++20's coroutines, and libFuzzer.
fuzz_packages=(clang-19 libclang-rt-19-dev)

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$1" >&2; [ $# -lt 2 ] || printf '  try: %s\n' "$2" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  command -v sudo > /dev/null || die "packages must be installed, and this is neither root nor is there sudo" "run as root: apt-get install $*"
  sudo "$@"
}

# install_packages NAME…: those that are missing.
install_packages() {
  command -v apt-get > /dev/null || die "this script installs Debian packages, and there is no apt-get here" "use Debian 12"
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$name" 2> /dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  local log; log=$(mktemp)
  if ! { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "the packages could not be installed (whole log: $log)" "check the network and /etc/apt/sources.list"
  fi
  rm -f "$log"
}

# build_targets TESTS NAME…: quiet unless it takes a while or fails. TESTS is ON where the tests are built too; once they
# are, they stay.
build_targets() {
  cd "$root"
  local tests=$1 log; shift
  log=$(mktemp)
  if [ ! -f "$build/build.ninja" ] || { [ "$tests" = ON ] && ! grep -q 'CANDID_TESTS:BOOL=ON' "$build/CMakeCache.txt"; }; then
    cmake --preset release -DCANDID_TESTS="$tests" > "$log" 2>&1 || { cat "$log" >&2; die "the build could not be set up"; }
  fi
  if ninja -C "$build" -n "$@" | grep -q 'no work to do'; then rm -f "$log"; return 0; fi
  say "Building (the first time takes a few minutes)"
  if [ -t 1 ]; then
    ninja -C "$build" "$@" || die "the build failed"
  else
    ninja -C "$build" "$@" > "$log" 2>&1 || { grep -E 'error|FAILED' "$log" | head -n 40 >&2; die "the build failed (whole log: $log)"; }
  fi
  rm -f "$log"
}
