# How every target of this project compiles: C++20, warnings are errors, sanitizers, ccache.
# `headsweep_add_library(NAME sources...)` makes the library of one folder, alias headsweep::NAME.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)  # LibTorch is built as gnu++

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # ccache accepts precompiled headers only with these; base_dir makes a second checkout hit too.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

# Two LibTorch files at once fit the memory of small machines, more may not.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS libtorch_files=2)

add_library(headsweep_options INTERFACE)
target_include_directories(headsweep_options INTERFACE ${PROJECT_SOURCE_DIR})
set(_cxx_options
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wcast-qual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 reports these in its own standard library at -O2 (GCC bugs 105329, 105651).
  list(APPEND _cxx_options -Wno-restrict -Wno-maybe-uninitialized)
endif()
# Floating-point contraction is chosen per file, not by the compiler: results must not change with it.
list(APPEND _cxx_options -ffp-contract=off)
# nvcc hands generated code to the host's compiler, which breaks the rules that only people keep (-Wpedantic,
# -Wold-style-cast). --fmad=false is the contraction rule for device code: an fma is one that a kernel writes.
set(_cuda_options
  --Werror=all-warnings --fmad=false
  "-Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion,-Werror,-ffp-contract=off")
target_compile_options(headsweep_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${_cxx_options}>" "$<$<COMPILE_LANGUAGE:CUDA>:${_cuda_options}>")
if(HEADSWEEP_SANITIZE)
  target_compile_options(headsweep_options INTERFACE -fsanitize=${HEADSWEEP_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(headsweep_options INTERFACE -fsanitize=${HEADSWEEP_SANITIZE})
endif()

function(headsweep_add_library name)
  add_library(headsweep_${name} STATIC ${ARGN})
  add_library(headsweep::${name} ALIAS headsweep_${name})
  target_link_libraries(headsweep_${name} PUBLIC headsweep_options)
endfunction()
