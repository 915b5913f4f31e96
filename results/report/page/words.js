// Names and numbers as people read them.

const kNullNames = {
  untrained: "untrained model", permuted: "keys shuffled", crossed: "heads of other sequences",
  equal_weights: "equal head weights", uniform: "uniform attention", identity: "attends to itself",
  previous_token: "attends to the previous token",
};

const kMetricNames = {
  mixing_time_paper: "Mixing, the paper's walk",
  mixing_time_forward: "Mixing forward, to the sink",
  mixing_time_backward: "Mixing backward, to position 0",
  hitting_time_forward_mean: "Hitting time forward, to the sink",
  hitting_time_backward_mean: "Hitting time backward, to position 0",
  fidelity_min_inner: "Fidelity, sink left out",
  fidelity_min: "Fidelity, sink included",
  fidelity_relevant: "Fidelity of the key the target needs",
  fidelity_switching_gain: "Fidelity gained by changing heads",
  js_divergence: "Jensen-Shannon divergence of heads",
  disagreement_output: "Disagreement of heads' outputs",
  linear_cka: "Linear CKA of heads (larger: more alike)",
};

function metricTitle(metric) {
  const name = report.metrics[metric].name;
  return kMetricNames[name] || name;
}

const isFidelity = (metric) => report.metrics[metric].name.startsWith("fidelity");

function metricUnit(metric) {
  const { unit } = report.metrics[metric];
  return unit === "fraction" ? "%" : unit === "-" ? "" : unit;
}

// Fractions are drawn as per cent.
const shown = (metric, value) => (report.metrics[metric].unit === "fraction" ? 100 * value : value);

function axisTitle(metric) {
  const unit = metricUnit(metric);
  return unit ? `${metricTitle(metric)} (${unit})` : metricTitle(metric);
}

function layerName(layer) {
  if (layer === "mean") return "mean over layers";
  if (layer === "last") return "last layer";
  if (layer === "-1") return "whole model (rollout)";
  return "layer " + layer;
}

const splitName = (split) => (split === "heldout" ? "held-out" : "training");

function numberText(value, digits = 3) {
  if (!present(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1).replace("e+", "e");
  if (size >= 10 ** digits) return String(Math.round(value));
  return String(Number(value.toPrecision(digits)));
}

function escaped(text) {
  return String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
}

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

function axisName(column) {
  return { heads: "heads", task: "task" }[column] || column.replaceAll("_", " ");
}

const axisTitleText = (column) => (column === "heads" ? "number of heads" : axisName(column));
