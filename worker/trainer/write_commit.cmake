# Writes HEADER with the commit of SOURCE_DIR ("-dirty" with changes), and only if it changed. Run at every build:
# a commit noted when CMake configured would soon be that of another build.
cmake_policy(VERSION 3.24)
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed AND EXISTS ${SOURCE_DIR}/build/offline/commit)  # an archive of scripts/bundle-offline.sh
  file(STRINGS ${SOURCE_DIR}/build/offline/commit commit)
elseif(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define HEADSWEEP_COMMIT \"@commit@\"\n" @ONLY)
