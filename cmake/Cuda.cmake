# The language CUDA, and CUDA::cudart for C++ files: included where HEADSWEEP_CUDA is on.
#
# cudart is the shared one everywhere: LibTorch uses it, and two copies in a process are two sets of streams. For which
# GPUs, says CMAKE_CUDA_ARCHITECTURES (preset `cuda`).

set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
if(CCACHE_PROGRAM)
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
enable_language(CUDA)
find_package(CUDAToolkit 12.8 REQUIRED)

# CMake 3.25 does not know that nvcc takes C++20, and asked before the language is enabled it gives up.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
