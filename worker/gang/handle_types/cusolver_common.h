// Stands for the header of that library: c10d's NCCL header names these types and uses nothing else of it.
#pragma once

enum cusolverStatus_t : int;
