#include "worker/trainer/adam.h"

#include <cmath>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace headsweep::trainer {

void adam_update(const at::Tensor& parameters, const at::Tensor& gradients, const at::Tensor& first_moments,
                 const at::Tensor& second_moments, double learning_rate, std::int64_t update) {
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(update);
  const double first_correction = 1 - std::pow(kAdamBeta1, t);
  const double second_correction = 1 - std::pow(kAdamBeta2, t);
  first_moments.lerp_(gradients, 1 - kAdamBeta1);
  second_moments.mul_(kAdamBeta2).addcmul_(gradients, gradients, 1 - kAdamBeta2);
  const at::Tensor denominator = second_moments.sqrt().div_(std::sqrt(second_correction)).add_(kAdamEpsilon);
  parameters.addcdiv_(first_moments, denominator, -learning_rate / first_correction);
}

}  // namespace headsweep::trainer
