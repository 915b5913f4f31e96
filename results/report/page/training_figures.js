// Along the training: accuracy and metrics by step; and accuracy beside what it may reach.

const kCurveNames = { accuracy: "Accuracy of the training batch", loss: "Loss of the training batch" };
let curveMetric = report.curves.metrics.length ? report.metrics[report.curves.metrics.find((metric) => report.analysis.primary.includes(report.metrics[metric].name)) ?? report.curves.metrics[0]].name : "";

function curveOfArm(arm, what) {
  const curve = report.curves.arms[arm];
  if (!curve) return null;
  if (what === "accuracy" || what === "loss") return { steps: curve.steps, mean: unpackReals(curve[what]), low: unpackReals(curve[what + "_low"]), high: unpackReals(curve[what + "_high"]) };
  const layer = curve.layers[selection.layer];
  if (!layer || selection.split !== report.curves.split) return null;
  const place = report.curves.metrics.indexOf(metricPlace(what));
  const count = layer.steps.length;
  const part = (field) => unpackReals(layer[field]).subarray(place * count, (place + 1) * count);
  return { steps: layer.steps, mean: part("mean"), low: part("low"), high: part("high") };
}

function addTrajectoriesFigure(parent) {
  const options = report.curves.metrics.map((metric) => [report.metrics[metric].name, metricTitle(metric)]);
  const controls = options.length ? [makeSelect("Metric", options, curveMetric, (name) => { curveMetric = name; figure.redraw(); })] : [];
  const figure = addFigure(parent, {
    id: "trajectories", title: "Along the training", controls, empty: "No curve of this selection is stored.",
    draw(width) {
      const quantities = ["accuracy", "loss", curveMetric].filter((what) => what && report.arms.some((_, arm) => curveOfArm(arm, what)));
      if (!quantities.length) return null;
      const cells = taskRows().flatMap((task, row) => quantities.map((what, column) => ({ task, what, row, column })));
      const title = (what) => kCurveNames[what] || `${metricTitle(metricPlace(what))}, ${layerName(selection.layer)}`;
      const specs = cells.map((cell) => {
        const values = armsOfTask(cell.task).flatMap(({ place }) => [...(curveOfArm(place, cell.what)?.mean || [])]).filter(present).map((value) => curveValue(cell.what, value));
        return { row: cell.row, column: cell.column, title: taskTitle(cell.task, escaped(title(cell.what))), xaxis: { title: { text: "step", standoff: 4, font: { size: 12 } }, nticks: 6, rangemode: "tozero" }, yaxis: curveAxis(cell.what, values) };
      });
      const { layout, axes } = panelLayout(specs, { width });
      const drawn = { traces: [], layout, table: { columns: ["arm", "quantity", "step", "mean", "low", "high"], rows: [] } };
      cells.forEach((cell, index) => addCurves(drawn, cell, axes[index], index === 0));
      drawn.caption = `Means over seeds (times: geometric) with 95% intervals as bands. The batch's loss has no penalty term. ${options.length ? "" : "The layers were measured at the end only ([measure] every = 0). "}Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

const armsOfTask = (task) => seriesOfTask(task).flatMap((series) => series.arms.map((each) => ({ ...each, series })));

const curveValue = (what, value) => (what === "accuracy" ? 100 * value : what === "loss" ? value : shown(metricPlace(what), value));

function curveAxis(what, values) {
  const unit = what === "accuracy" ? "%" : what === "loss" ? "nats" : metricUnit(metricPlace(what));
  const title = { text: unit, standoff: 4, font: { size: 12 } };
  const logarithmic = what !== "accuracy" && what !== "loss" && report.metrics[metricPlace(what)].walk_time;
  return logarithmic && values.length ? { ...logAxis(values), title } : { rangemode: "tozero", nticks: 6, title };
}

function addCurves(drawn, { task, what }, axis, first) {
  const bySeries = armsOfTask(task);
  for (const { arm, place, x, series } of bySeries) {
    const curve = curveOfArm(place, what);
    if (!curve) continue;
    const several = selection.colour >= 0 && seriesOfTask(task).length > 1;
    const tint = colour(x), name = selection.x < 0 ? arm.label : valueName(selection.x, x);
    const dash = several ? ["solid", "dash", "dot", "dashdot", "longdash"][series.place % 5] : "solid";
    const label = several ? `${name}, ${series.name}` : name;
    const y = Array.from(curve.mean, (value) => curveValue(what, value));
    const low = Array.from(curve.low, (value, at) => (present(value) ? curveValue(what, value) : y[at]));
    const high = Array.from(curve.high, (value, at) => (present(value) ? curveValue(what, value) : y[at]));
    drawn.traces.push({
      type: "scatter", mode: "lines", xaxis: axis.x, yaxis: axis.y, x: [...curve.steps, ...[...curve.steps].reverse()], y: [...high, ...low.reverse()], fill: "toself", fillcolor: tint, opacity: 0.15,
      line: { width: 0 }, hoverinfo: "skip", showlegend: false, legendgroup: label, meta: { kind: "band" },
    });
    drawn.traces.push({
      type: "scatter", mode: "lines+markers", xaxis: axis.x, yaxis: axis.y, x: curve.steps, y, name: label, legendgroup: label, showlegend: first,
      line: { color: tint, width: 1.8, dash }, marker: { color: tint, size: 6, symbol: marker(x), maxdisplayed: 12 }, hovertemplate: `${escaped(label)}<br>step %{x}: %{y:.4g}<extra></extra>`,
      meta: { kind: "curve", arm: place, quantity: what },
    });
    curve.steps.forEach((step, at) => drawn.table.rows.push([arm.label, what, step, curve.mean[at], curve.low[at], curve.high[at]]));
  }
}

// Accuracy of every trial, since heads that never learnt the task say nothing about carrying it.
function addAccuracyFigure(parent) {
  addFigure(parent, {
    id: "accuracy", title: `Held-out accuracy by ${xName()}`, empty: "No trial is done.",
    draw(width) {
      if (!report.trials.trial.length) return null;
      const accuracy = unpackReals(report.trials.accuracy);
      const specs = taskRows().map((task, column) => ({ row: 0, column, title: `<b>${escaped(task.name)}</b>`, xaxis: xAxisLook(), yaxis: { range: [-3, 106], tickvals: [0, 25, 50, 75, 100], title: { text: "%", standoff: 4, font: { size: 12 } } } }));
      const { layout, axes } = panelLayout(specs, { width, panelHeight: 200 });
      const drawn = { traces: [], layout, table: { columns: ["arm", "seed", "trial", "accuracy", "ceiling accuracy", "chance accuracy"], rows: [] } };
      taskRows().forEach((task, index) => seriesOfTask(task).forEach((series, order, all) => {
        const x = [], y = [], text = [];
        for (const { arm, place, x: at } of series.arms) {
          trialsOfArm[place].forEach((trial, number) => {
            x.push(at + pointOffset(order, all.length, number, trialsOfArm[place].length));
            y.push(100 * accuracy[trial]);
            text.push(`seed ${report.trials.seed[trial]}, trial ${report.trials.trial[trial]}`);
            drawn.table.rows.push([arm.label, report.trials.seed[trial], report.trials.trial[trial], accuracy[trial], arm.ceiling, arm.chance]);
          });
        }
        drawn.traces.push({ type: "scatter", mode: "markers", xaxis: axes[index].x, yaxis: axes[index].y, x, y, text, name: series.name === "trained" ? "trial" : series.name, showlegend: index === 0, legendgroup: series.name, hovertemplate: "%{text}<br>%{y:.4g}%<extra></extra>", marker: { color: colour(series.place), symbol: marker(series.place), size: 7, opacity: 0.75 }, meta: { kind: "seeds", task: task.name } });
        const levels = [["ceiling", series.arms[0].arm.ceiling, "solid"], ["90% of the ceiling", 0.9 * series.arms[0].arm.ceiling, "dash"], ["chance", series.arms[0].arm.chance, "dot"]];
        if (order === 0) for (const [name, level, dash] of levels) {
          drawn.traces.push({ type: "scatter", mode: "lines", xaxis: axes[index].x, yaxis: axes[index].y, x: [-0.5, xCount() - 0.5], y: [100 * level, 100 * level], name, legendgroup: name, showlegend: index === 0, hoverinfo: "name+y", line: { color: look().nulls, width: 1.4, dash }, meta: { kind: "level" } });
        }
      }));
      drawn.caption = `Every trial that is done. The ceiling is that of the best causal model, chance that of a blind guess. Failed trials have no point: their number stands in the table on fairness.${copyCaption()}`;
      return drawn;
    },
  });
}
