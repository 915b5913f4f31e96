#include "worker/trainer/bundle_buffers.h"

#include <span>

#include <ATen/Functions.h>

#include "trial/parameters.h"
#include "worker/trainer/initial_weights.h"

namespace headsweep::trainer {
namespace {

at::Tensor aligned_rows(std::int64_t rows, std::int64_t columns, const at::TensorOptions& options) {
  constexpr std::int64_t kElements = 16;  // 64 bytes of float, 128 of double
  const std::int64_t stride = (columns + kElements - 1) / kElements * kElements;
  return at::zeros({rows, stride}, options).narrow(1, 0, columns);
}

}  // namespace

BundleBuffers::BundleBuffers(std::int64_t trials, std::int64_t parameter_count, at::ScalarType dtype,
                             at::Device device) {
  const auto options = at::TensorOptions().dtype(dtype).device(device);
  parameters = aligned_rows(trials, parameter_count, options);
  gradients = aligned_rows(trials, parameter_count, options);
  first_moments = aligned_rows(trials, parameter_count, options);
  second_moments = aligned_rows(trials, parameter_count, options);
}

at::Tensor initial_parameters(const trial::Settings& settings, at::ScalarType dtype, at::Device device) {
  const std::int64_t count = trial::count_parameters(settings.model).total();
  at::Tensor flat = at::empty({count}, at::TensorOptions().dtype(dtype));
  const auto size = static_cast<std::size_t>(count);
  if (dtype == at::kDouble) {
    fill_initial_weights(settings, std::span(flat.mutable_data_ptr<double>(), size));
  } else {
    fill_initial_weights(settings, std::span(flat.mutable_data_ptr<float>(), size));
  }
  return flat.to(device);
}

}  // namespace headsweep::trainer
