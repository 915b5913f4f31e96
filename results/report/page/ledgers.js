// Fairness, failures, settings and versions: tables.

function addSection(parent, id, title, note = "") {
  const section = make("section", { id, "aria-labelledby": id + "-title" }, make("h2", { id: id + "-title" }, title));
  if (note) section.append(make("p", { class: "note" }, note));
  parent.append(section);
  return section;
}

// A table that is always open, with its CSV.
function addTable(parent, { id, title, table, caption = "" }) {
  const csv = make("button", { type: "button", "aria-label": "CSV of: " + title }, "CSV");
  csv.addEventListener("click", () => saveText(id + ".csv", csvText(table), "text/csv"));
  parent.append(make("figure", { id }, make("h3", {}, title),
    make("div", { class: "table" + (table.rows.length > 60 ? "" : " open"), tabindex: "0", role: "region", "aria-label": title }, tableElement(table)),
    make("figcaption", {}, caption), make("div", { class: "tools" }, csv)));
}

// The sweep's metrics once more where all arms are equally good: see equal_accuracy.h.
function addEqualAccuracyTable(parent) {
  if (!report.equal_accuracy.length) return;
  const three = (estimate) => (estimate && estimate.n > 0 ? [estimate.mean, estimate.low, estimate.high] : [null, null, null]);
  addTable(parent, {
    id: "equal-accuracy", title: "At equal steps and at equal accuracy",
    table: {
      columns: ["arm", "metric", "at equal steps", "seeds that got there", "of", "at equal accuracy", "low", "high", "difference to the baseline there", "low ", "high ", "pairs"],
      rows: report.equal_accuracy.map((line) => [report.arms[line.arm].label, report.metrics[line.metric].name, line.steps.mean, line.accuracy.n, line.done, ...three(line.accuracy), ...three(line.difference), line.difference ? line.difference.n : null]),
    },
    caption: `Means over seeds (times: geometric) with 95% intervals, ${layerName(report.analysis.layer)}, ${splitName(report.analysis.split)} sequences. Equal steps: after training. Equal accuracy: at the first measurement at or above 90% of the ceiling accuracy ([measure] every); trials that never get there have no value, and arms that learn faster are looked at earlier. Differences of times are ratios. Exploratory.${report.arms.some((arm) => arm.task === "copy") ? " The task copy needs no attention." : ""}`,
  });
}

function addFairness(parent) {
  addTable(parent, {
    id: "fairness-ledger", title: "What each arm got, and what became of it",
    table: {
      columns: ["arm", "parameters", "off budget", "steps", "tokens", "operations", "train seconds", "accuracy", "ceiling", "90% of ceiling at the end", "planned", "done", "failed", "diverged"],
      rows: report.arms.map((arm) => [arm.label, arm.parameters, arm.mismatch, arm.steps, arm.tokens, arm.flops, arm.train_seconds, arm.accuracy, arm.ceiling, arm.reached, arm.planned, arm.done, arm.failed, arm.diverged]),
      classes: report.arms.map((arm) => [...Array(12).fill(""), arm.failed ? "opposite" : "", arm.diverged ? "opposite" : ""]),
    },
    caption: "Parameters, operations and tokens as planned; train seconds and accuracy are means over the trials that are done. Failures are not random: an arm that lost trials is compared by those that survived.",
  });
}

function addFailures(parent) {
  const { reasons, last, broken } = report.failures;
  if (!reasons.length) parent.append(make("p", {}, "No attempt failed."));
  if (reasons.length) addTable(parent, { id: "failure-reasons", title: "Failed attempts by reason", table: { columns: ["arm", "reason", "attempts", "trials", "failed for good"], rows: reasons } });
  if (last.length) addTable(parent, { id: "last-failures", title: "The last failures", table: { columns: ["trial", "arm", "seed", "state now", "reason", "message", "at"], rows: last } });
  if (broken.length) addTable(parent, { id: "broken-pairs", title: "Pairs that could not be formed", table: { columns: ["arm", "reason", "pairs"], rows: broken }, caption: "In the confirmatory comparisons: a seed whose trial or baseline is missing drops out of both." });
}

function addProvenance(parent) {
  const { sweep } = report;
  const list = make("dl");
  for (const [name, value] of sweep.facts) list.append(make("dt", {}, name), make("dd", {}, value));
  parent.append(list);
  if (sweep.amendments.length) addTable(parent, { id: "amendments", title: "Amendments to the plan", table: { columns: ["at", "difference", "new plan hash"], rows: sweep.amendments } });
  addTable(parent, { id: "workers", title: "Workers", table: { columns: ["run", "host", "device", "threads", "workers", "from", "to"], rows: sweep.workers } });
  addTable(parent, { id: "builds", title: "Programs and arithmetic", table: { columns: ["build", "step", "numerics", "trials"], rows: sweep.builds, classes: sweep.builds.map(() => ["", "", "wrap"]) } });
  parent.append(make("details", {}, make("summary", {}, "The frozen sweep (its SHA-256 is the plan hash)"), make("pre", { tabindex: "0" }, JSON.stringify(sweep.canonical, null, 2))));
  addTable(parent, { id: "metrics", title: "Metrics of this page", table: { columns: ["metric", "unit", "meaning"], rows: report.metrics.map((metric) => [metric.name, metric.unit === "-" ? null : metric.unit, metric.meaning]), classes: report.metrics.map(() => ["", "", "wrap"]) } });
}
