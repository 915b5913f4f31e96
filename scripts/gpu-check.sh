#!/usr/bin/env bash
# On a machine with a GPU: builds preset `cuda`, runs every CUDA test, compute-sanitizer and every CUDA bench, and writes
# one JSON. Works in a checkout and in the unpacked archive of bundle-offline.sh; needs no network.
#
#   scripts/gpu-check.sh --out FILE [--only build,tests,sanitizer,bench] [--no-build] [--seconds N] [--jobs N]
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -e build/offline/environment.sh ]]; then
  # shellcheck source=/dev/null
  source build/offline/environment.sh
fi
exec python3 scripts/gpu_check.py "$@"
