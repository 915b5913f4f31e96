// Stands for the header of that library: c10d's NCCL header names these types and uses nothing else of it.
#pragma once

typedef struct cublasLtContext* cublasLtHandle_t;
