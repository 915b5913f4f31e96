// CMake compiles the headers named in CMakeLists.txt for a target with a source; this one has no other.
