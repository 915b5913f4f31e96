# LibTorch as imported target headsweep::libtorch, from a PyTorch wheel or a LibTorch archive.
#
# Looked for in this order: Torch_DIR (CMake or environment variable), CMAKE_PREFIX_PATH, the active Python
# environment (VIRTUAL_ENV, CONDA_PREFIX), .venv of this checkout, build/libtorch-cuda; with HEADSWEEP_CUDA only one
# built with CUDA counts. Sets HEADSWEEP_LIBTORCH_PREFIX, and HEADSWEEP_TORCH_PYTHON: the interpreter that imports
# the same PyTorch, or empty (a LibTorch archive has none).
#
# headsweep::libtorch_gang adds what c10d::ProcessGroup needs: the headers of Gloo and, with HEADSWEEP_CUDA, NCCL
# (then USE_C10D_NCCL is defined beside USE_C10D_GLOO).
#
# The targets are made by hand: TorchConfig.cmake of a CUDA wheel asks for a whole CUDA toolkit (nvcc, NVRTC, ...)
# that nothing here compiles with, and sets global flags.

include_guard(GLOBAL)

set(_hints "")
foreach(_dir IN ITEMS ${Torch_DIR} $ENV{Torch_DIR})
  list(APPEND _hints ${_dir}/../../..)
endforeach()
list(APPEND _hints ${CMAKE_PREFIX_PATH})
string(REPLACE ":" ";" _environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
list(APPEND _hints ${_environment_prefixes})
set(_environments $ENV{VIRTUAL_ENV} $ENV{CONDA_PREFIX} ${PROJECT_SOURCE_DIR}/.venv)
set(_landmark share/cmake/Torch/TorchConfig.cmake)
if(HEADSWEEP_CUDA)
  list(APPEND _environments ${PROJECT_SOURCE_DIR}/build/libtorch-cuda)
  set(_landmark lib/libtorch_cuda.so)
endif()
foreach(_environment IN LISTS _environments)
  file(GLOB _packages ${_environment}/lib/python3.*/site-packages/torch)
  list(APPEND _hints ${_packages})
endforeach()

find_path(HEADSWEEP_LIBTORCH_PREFIX ${_landmark} HINTS ${_hints}
          NO_DEFAULT_PATH DOC "Folder of LibTorch: include/, lib/, share/")
if(NOT HEADSWEEP_LIBTORCH_PREFIX AND HEADSWEEP_CUDA)
  message(FATAL_ERROR "no LibTorch with CUDA found: set Torch_DIR to its share/cmake/Torch, activate a Python "
                      "environment with a CUDA build of torch, or run ./bootstrap.sh cuda")
elseif(NOT HEADSWEEP_LIBTORCH_PREFIX)
  message(FATAL_ERROR "LibTorch not found: set Torch_DIR to its share/cmake/Torch, activate a Python environment "
                      "with torch, or run ./bootstrap.sh; -DHEADSWEEP_TRAINER=OFF builds without it")
endif()
file(REAL_PATH ${HEADSWEEP_LIBTORCH_PREFIX} _prefix)
message(STATUS "LibTorch: ${_prefix}")

function(_headsweep_torch_library name)
  add_library(headsweep_${name} SHARED IMPORTED)
  set_target_properties(headsweep_${name} PROPERTIES IMPORTED_LOCATION ${_prefix}/lib/lib${name}.so)
endfunction()

_headsweep_torch_library(c10)
_headsweep_torch_library(torch_cpu)
add_library(headsweep_libtorch INTERFACE)
add_library(headsweep::libtorch ALIAS headsweep_libtorch)
target_include_directories(headsweep_libtorch SYSTEM INTERFACE ${_prefix}/include
                           ${_prefix}/include/torch/csrc/api/include)
target_link_libraries(headsweep_libtorch INTERFACE headsweep_torch_cpu headsweep_c10)
# at::parallel_for is silently serial in files compiled without OpenMP. Its run-time library must be the one that
# LibTorch brings: two of them in a process are two pools of threads.
target_compile_options(headsweep_libtorch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
file(GLOB _gomp ${_prefix}/lib/libgomp*.so*)
if(_gomp)
  list(GET _gomp 0 _gomp)
  add_library(headsweep_gomp SHARED IMPORTED)
  set_target_properties(headsweep_gomp PROPERTIES IMPORTED_LOCATION ${_gomp})
  target_link_libraries(headsweep_libtorch INTERFACE headsweep_gomp)
else()
  target_link_options(headsweep_libtorch INTERFACE -fopenmp)
endif()
if(EXISTS ${_prefix}/lib/libtorch_cuda.so)
  # Registers the CUDA kernels when it is loaded; no symbol of it is used, so the linker would drop it. What it needs
  # in turn (cuBLAS, NCCL, ...) lies in wheels of its own that its run path knows.
  target_link_options(headsweep_libtorch INTERFACE
    LINKER:--allow-shlib-undefined,--no-as-needed,${_prefix}/lib/libtorch_cuda.so,--as-needed)
endif()
if(HEADSWEEP_CUDA)
  _headsweep_torch_library(c10_cuda)
  target_link_libraries(headsweep_libtorch INTERFACE headsweep_c10_cuda CUDA::cudart)
endif()

find_path(GLOO_INCLUDE_DIR gloo/context.h REQUIRED)
add_library(headsweep_libtorch_gang INTERFACE)
add_library(headsweep::libtorch_gang ALIAS headsweep_libtorch_gang)
target_link_libraries(headsweep_libtorch_gang INTERFACE headsweep_libtorch)
target_include_directories(headsweep_libtorch_gang SYSTEM INTERFACE ${GLOO_INCLUDE_DIR})
target_compile_definitions(headsweep_libtorch_gang INTERFACE USE_DISTRIBUTED USE_C10D_GLOO)
if(HEADSWEEP_CUDA)
  # The wheel of NCCL lies beside that of PyTorch; elsewhere it may be a package of the system.
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS ${_prefix}/../nvidia/nccl/include REQUIRED)
  find_library(NCCL_LIBRARY NAMES libnccl.so.2 nccl HINTS ${_prefix}/../nvidia/nccl/lib REQUIRED)
  add_library(headsweep_nccl SHARED IMPORTED)
  set_target_properties(headsweep_nccl PROPERTIES IMPORTED_LOCATION ${NCCL_LIBRARY})
  target_include_directories(headsweep_nccl SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
  target_link_libraries(headsweep_libtorch_gang INTERFACE headsweep_nccl)
  target_compile_definitions(headsweep_libtorch_gang INTERFACE USE_C10D_NCCL)
endif()

# <prefix> = <environment>/lib/python3.x/site-packages/torch
set(_interpreter ${HEADSWEEP_LIBTORCH_PREFIX}/../../../../bin/python3)
if(EXISTS ${_interpreter})
  get_filename_component(_interpreter ${_interpreter} ABSOLUTE)
else()
  set(_interpreter "")
endif()
set(HEADSWEEP_TORCH_PYTHON "${_interpreter}" CACHE INTERNAL "Python that imports the PyTorch of LibTorch, or empty")
