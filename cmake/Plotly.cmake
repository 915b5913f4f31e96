# Plotly.js, which draws the report's figures: HEADSWEEP_PLOTLY_JS, the file of the Python wheel `plotly`.
#
# Taken from the environment variable of that name, else looked for in the active Python environment (VIRTUAL_ENV, CONDA_PREFIX), .venv of this checkout, and in Debian's
# python3-plotly; ./bootstrap.sh installs it in .venv.

set(_folders "")
foreach(_environment IN ITEMS $ENV{VIRTUAL_ENV} $ENV{CONDA_PREFIX} ${PROJECT_SOURCE_DIR}/.venv)
  file(GLOB _packages ${_environment}/lib/python3.*/site-packages/plotly/package_data)
  list(APPEND _folders ${_packages})
endforeach()
file(GLOB _packages /usr/lib/python3/dist-packages/plotly/package_data)
list(APPEND _folders ${_packages})
if(DEFINED ENV{HEADSWEEP_PLOTLY_JS})
  set(HEADSWEEP_PLOTLY_JS $ENV{HEADSWEEP_PLOTLY_JS} CACHE FILEPATH "Plotly.js, minified")
endif()
find_file(HEADSWEEP_PLOTLY_JS plotly.min.js HINTS ${_folders} NO_DEFAULT_PATH DOC "Plotly.js, minified")
if(NOT HEADSWEEP_PLOTLY_JS)
  message(FATAL_ERROR "Plotly.js not found: run ./bootstrap.sh, install the Python package plotly in the active "
                      "environment, or set HEADSWEEP_PLOTLY_JS to a plotly.min.js")
endif()
