// Inner loops compiled for several vector widths, the widest that the processor has chosen when the program starts.
//
// For loops only whose every result is a sum of its own: then the width changes no bit of it.
#pragma once

// Sanitizers are not ready yet when the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define HEADSWEEP_WIDE_VECTORS [[gnu::target_clones("avx512f", "avx2", "default")]]
#else
#define HEADSWEEP_WIDE_VECTORS
#endif
