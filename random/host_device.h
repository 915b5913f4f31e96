// What CUDA compiles for host and device is plain C++ elsewhere.
#pragma once

#ifdef __CUDACC__
#define HEADSWEEP_HOST_DEVICE __host__ __device__
#else
#define HEADSWEEP_HOST_DEVICE
#endif
