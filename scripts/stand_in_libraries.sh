#!/usr/bin/env bash
# Makes the CUDA build of LibTorch loadable without the libraries that only a GPU needs (cuBLAS, cuDNN, ...; 2 GB of
# wheels), so that programs linked to it start where there is no GPU and can say so:
#
#   scripts/stand_in_libraries.sh .../torch/lib
#
# For each library that LibTorch's libraries need and the loader does not find, an empty one with the name and the symbol
# versions asked for is put beside them, where the loader looks last: a real one, installed later, is found before it.
# Functions are bound when they are first called; none is without a GPU.
set -euo pipefail
[[ $# -eq 1 && -e $1/libtorch_cuda.so ]] || { echo "usage: $0 FOLDER (with libtorch_cuda.so)" >&2; exit 2; }
cd "$1"

# The versions of symbols that some library here expects of library $1.
versions_of() {
  readelf --version-info --wide ./lib*.so |
    awk -v name="$1" '/File: / { wanted = ($0 ~ "File: " name " ") } / Name: / && wanted { print $3 }' | sort -u
}

missing=$(ldd ./libtorch_cuda.so | awk '/=> not found/ { print $1 }' | sort -u)
for name in $missing; do
  versions=$(versions_of "$name")
  script=$(mktemp)
  if [[ -n $versions ]]; then awk '{ print $1 " {};" }' <<<"$versions" >"$script"; else echo '{ local: *; };' >"$script"; fi
  gcc -shared -nostdlib -x c /dev/null -o "$name" "-Wl,-soname,$name" "-Wl,--version-script,$script"
  rm "$script"
done
