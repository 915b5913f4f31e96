# Target cuda_checks: what has to run on a GPU, and nothing else, so that it is built in minutes: the two programs of a
# run, every test program NAME_cuda_test, every benchmark of the GPU. Included after all folders.
#
# Tests of these programs that say "no CUDA device" are skipped for CTest, whatever GoogleTest makes of them: it counts
# tests as passed that a global environment skipped.

add_custom_target(cuda_checks)
foreach(program headsweep headsweep_trainer_program stacked_step)
  if(TARGET ${program})
    add_dependencies(cuda_checks ${program})
  endif()
endforeach()

function(_headsweep_add_cuda_tests folder)
  get_property(programs DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  list(FILTER programs INCLUDE REGEX "_cuda_test$")
  foreach(program IN LISTS programs)
    add_dependencies(cuda_checks ${program})
    # Read by CTest after gtest_discover_tests() has listed the program's tests there.
    set(skipping ${PROJECT_BINARY_DIR}/${program}_without_device.cmake)
    file(CONFIGURE OUTPUT ${skipping} @ONLY CONTENT [[
foreach(test IN LISTS @program@_TESTS)
  set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "no CUDA device;\\[  SKIPPED \\]")
endforeach()
]])
    set_property(DIRECTORY ${folder} APPEND PROPERTY TEST_INCLUDE_FILES ${skipping})
  endforeach()
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    _headsweep_add_cuda_tests(${subfolder})
  endforeach()
endfunction()
if(HEADSWEEP_TESTS)
  _headsweep_add_cuda_tests(${PROJECT_SOURCE_DIR}/tests)
endif()
