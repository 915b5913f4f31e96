#include <new>

#include "worker/stacked/cuda_runtime.cuh"

namespace headsweep::stacked {

void check_cuda(cudaError_t code, const char* what) {
  if (code == cudaSuccess) return;
  if (code == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // later calls shall not report it again
    throw std::bad_alloc();
  }
  throw std::runtime_error("CUDA: " + std::string(cudaGetErrorString(code)) + " (" + what + ")");
}

CudaRuntime::CudaRuntime() {
  check_cuda(cudaStreamCreate(&stream_), "a stream");
  current_ = stream_;
  check_cuda(cudaEventCreateWithFlags(&fork_, cudaEventDisableTiming), "an event");
  for (Branch& branch : branches_) {
    check_cuda(cudaStreamCreate(&branch.stream), "a stream");
    check_cuda(cudaEventCreateWithFlags(&branch.end, cudaEventDisableTiming), "an event");
  }
}

CudaRuntime::~CudaRuntime() {
  forget_graph();
  for (const Branch& branch : branches_) {
    cudaEventDestroy(branch.end);
    cudaStreamDestroy(branch.stream);
  }
  cudaEventDestroy(fork_);
  cudaStreamDestroy(stream_);
}

void CudaRuntime::begin_branch(int branch) {
  Branch& own = branches_[static_cast<std::size_t>(branch)];
  check_cuda(cudaEventRecord(fork_, stream_), "leaving the main stream");
  check_cuda(cudaStreamWaitEvent(own.stream, fork_), "leaving the main stream");
  own.is_open = true;
  current_ = own.stream;
}

void CudaRuntime::join_branches(int first, int last) {
  for (int number = first; number < last; ++number) {
    Branch& branch = branches_[static_cast<std::size_t>(number)];
    if (!std::exchange(branch.is_open, false)) continue;
    check_cuda(cudaEventRecord(branch.end, branch.stream), "joining the main stream");
    check_cuda(cudaStreamWaitEvent(stream_, branch.end), "joining the main stream");
  }
}

void CudaRuntime::copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  check_cuda(cudaMemcpyAsync(to, from, bytes, kind, stream_), "copying");
}

void CudaRuntime::finish() {
  check_cuda(cudaStreamSynchronize(stream_), "waiting for updates");
}

void CudaRuntime::forget_graph() {
  if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
  graph_ = nullptr;
}

void CudaRuntime::begin_recording() {
  check_cuda(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "recording an update");
}

void CudaRuntime::end_recording() {
  cudaGraph_t graph = nullptr;
  check_cuda(cudaStreamEndCapture(stream_, &graph), "recording an update");
  const cudaError_t code = cudaGraphInstantiate(&graph_, graph, 0);
  cudaGraphDestroy(graph);
  check_cuda(code, "making an update's graph");
}

void CudaRuntime::run_graph() {
  check_cuda(cudaGraphLaunch(graph_, stream_), "starting an update");
}

}  // namespace headsweep::stacked
