// Diversity of heads against mixing and fidelity: a point a trial.

const kDiversities = ["js_divergence", "disagreement_output", "linear_cka"];
let diversityMetric = kDiversities[0];

function addDiversityFigure(parent) {
  const options = kDiversities.filter((name) => metricPlace(name) >= 0).map((name) => [name, metricTitle(metricPlace(name))]);
  const choice = makeSelect("Diversity", options, diversityMetric, (name) => { diversityMetric = name; figure.redraw(); });
  const figure = addFigure(parent, {
    id: "diversity", title: "Diversity of heads against mixing and fidelity", controls: [choice], empty: "No trial of this selection has a value: one head has no diversity.",
    draw(width) {
      const plane = selectedPlane();
      const across = metricPlace(diversityMetric);
      const upward = [...new Set([...report.analysis.primary, "hitting_time_forward_mean", "fidelity_min_inner"])].slice(0, 3).map(metricPlace);
      const cells = taskRows().flatMap((task, row) => upward.map((metric, column) => ({ task, metric, row, column, points: diversityPoints(plane, task, across, metric) })));
      if (cells.every((cell) => cell.points.length === 0)) return null;
      const specs = cells.map((cell) => ({
        row: cell.row, column: cell.column, title: taskTitle(cell.task, metricTitle(cell.metric)),
        xaxis: { title: { text: metricTitle(across), standoff: 4, font: { size: 12 } }, nticks: 6, zeroline: false }, yaxis: valueAxis(cell.metric, cell.points.map((point) => point.y)),
      }));
      const { layout, axes } = panelLayout(specs, { width });
      const drawn = { traces: [], layout, table: { columns: [...report.axes.map((axis) => axis.column), "seed", "trial", "layer", "split", diversityMetric, ...upward.map((metric) => report.metrics[metric].name)], rows: diversityRows(plane, across, upward) } };
      cells.forEach((cell, index) => {
        const groups = [...new Set(cell.points.map((point) => point.group))].sort((a, b) => a - b);
        for (const group of groups) {
          const points = cell.points.filter((point) => point.group === group);
          const name = selection.x < 0 ? "trial" : valueName(selection.x, group);
          drawn.traces.push({
            type: "scatter", mode: "markers", xaxis: axes[index].x, yaxis: axes[index].y, x: points.map((point) => point.x), y: points.map((point) => point.y), text: points.map((point) => point.text),
            name, legendgroup: name, showlegend: index === 0, marker: { color: colour(group), symbol: marker(group), size: 7.5, opacity: 0.8 }, hovertemplate: "%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
            meta: { kind: "seeds", metric: report.metrics[cell.metric].name, task: cell.task.name },
          });
        }
      });
      drawn.caption = `<strong>${escaped(metricTitle(across))}</strong>: ${escaped(report.metrics[across].meaning)}. A point a trial; models of one head have no diversity. Points of different head counts differ in more than diversity: compare within a colour. Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

function diversityPoints(plane, task, across, upward) {
  return armsOfTask(task).flatMap(({ arm, place, x }) => trialsOfArm[place].flatMap((trial) => {
    const at = plane.ofTrial("values", across, trial), y = shown(upward, plane.ofTrial("values", upward, trial));
    return present(at) && present(y) ? [{ x: at, y, group: x, text: `${escaped(arm.label)}, seed ${report.trials.seed[trial]}` }] : [];
  }));
}

function diversityRows(plane, across, upward) {
  return taskRows().flatMap((task) => armsOfTask(task).flatMap(({ arm, place }) => trialsOfArm[place].map((trial) => [
    ...arm.at.map((at, axis) => report.axes[axis].values[at]), report.trials.seed[trial], report.trials.trial[trial], plane.layer, plane.split,
    plane.ofTrial("values", across, trial), ...upward.map((metric) => plane.ofTrial("values", metric, trial)),
  ])));
}
