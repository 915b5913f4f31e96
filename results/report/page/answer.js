// The first screen: what the confirmatory comparisons say, in words and as one figure.

function addHeader(parent) {
  const { sweep, counts } = report;
  parent.append(
    make("h1", {}, sweep.name),
    make("p", { class: "facts" }, `${plural(counts.done, "trial")} done of ${counts.trials.toLocaleString("en")} in ${plural(report.arms.length, "arm")}, ${sweep.parameters.toLocaleString("en")} parameters each · plan `, make("span", { class: "hash", title: sweep.hash }, sweep.hash.slice(0, 12)), ` · results up to ${sweep.as_of || "–"}`),
  );
  const sections = [["answer", "Answer"], ["results", "Mixing and fidelity"], ["differences-section", "Differences"], ["training", "Training"], ["diversity-section", "Diversity"], ["attention-section", "Attention"], ["fairness", "Fairness"], ["failures-section", "Failures"], ["provenance", "Settings and versions"]];
  const links = make("nav", { "aria-label": "Sections" });
  for (const [id, name] of sections) links.append(make("a", { href: "#" + id }, name));
  parent.append(links);
}

function addAnswer(parent) {
  const section = addSection(parent, "answer", report.answer.question);
  for (const warning of report.answer.warnings) section.append(make("p", { class: "warning" }, warning));
  if (report.answer.sentences.length) {
    const list = make("ul", { class: "answers" });
    for (const { verdict, tone, text, detail } of report.answer.sentences) {
      list.append(make("li", { class: tone }, make("span", { class: "verdict" }, verdict), text, make("span", { class: "detail" }, detail)));
    }
    section.append(list);
  }
  for (const note of report.answer.notes) section.append(make("p", { class: "note" }, note));
  addConfirmatoryFigure(section);
  addRuleTable(section);
}

function addConfirmatoryFigure(parent) {
  if (!report.confirmatory.length) return;
  const metrics = [...new Set(report.confirmatory.map((test) => test.metric))];
  // More arms than a figure can hold: those of the selection below.
  const many = report.confirmatory.length > 60 * metrics.length;
  const drawnTests = () => report.confirmatory.filter((test) => !many || armIsShown(report.arms[test.arm]));
  const rowsOf = (metric) => drawnTests().filter((test) => test.metric === metric).map((test) => {
    const row = { ...test, label: report.arms[test.arm].label, nulls: test.null_changes, seeds: test.seeds };
    row.text = differenceText(row, metric) + (present(test.holm_p) ? `<br>Holm p = ${numberText(test.holm_p)}` : "") + `<br>${escaped(test.verdict)}`;
    return row;
  });
  addFigure(parent, {
    id: "confirmatory", title: `Confirmatory comparisons with ${report.analysis.baseline_label}`,
    draw(width) {
      const drawn = differencePanels(metrics, rowsOf, width);
      const tests = [["cannot reject at this n", (row) => (row.cannot_reject ? "cannot" : "can")], ["Holm p", (row) => row.holm_p]];
      drawn.table = differenceTable(metrics, rowsOf, [...(report.analysis.tested ? tests : []), ["broken pairs", (row) => row.broken.length], ["verdict", (row) => row.verdict]]);
      const points = report.analysis.tested ? `means with 95% t intervals; filled where Holm's correction over these ${report.confirmatory.length} tests, fixed before the first trial, rejects “no difference”` : "means with 95% intervals; of the metric of [replicate] by its rule, of the others t intervals. Nothing is tested";
      drawn.caption = `Each arm minus its baseline, by pairs of equal seed; ${escaped(layerName(report.analysis.layer))}, ${splitName(report.analysis.split)} sequences. Large points: ${points}. Grey: how far the nulls move between the same arms.${skillCaption()}${copyCaption()}${many ? ` Shown are the arms of the selection below: ${escaped(selectionText({ withLayer: false }))}.` : ""}`;
      return drawn;
    },
  });
}

// What [replicate] asked for: see two_stage_rule.h.
function addRuleTable(parent) {
  if (!report.rule.length) return;
  addTable(parent, {
    id: "rule", title: "How many seeds the rule asked for",
    table: {
      columns: ["arm", "n0", "s of the first n0", "pairs asked for", "pairs", "half of the interval's width"],
      rows: report.rule.map((line) => [report.arms[line.arm].label, line.n0, line.s, line.asked, line.n, line.half_width]),
    },
    caption: "s and widths on the scale of the analysis (walk times: log10). All arms got the largest number asked for, up to the rule's maximum.",
  });
}

function addDifferencesFigure(parent) {
  const names = [...new Set([...report.analysis.primary, "hitting_time_forward_mean", "fidelity_min_inner"])];
  let chosen = names.slice(0, 2);
  const options = report.metrics.map((metric, place) => [metric.name, metricTitle(place)]);
  const controls = chosen.map((name, place) => makeSelect(place === 0 ? "Metric" : "and", options, name, (other) => { chosen[place] = other; figure.redraw(); }));
  const figure = addFigure(parent, {
    id: "differences", title: "Paired differences to the baseline", controls, empty: "No arm has a baseline: [analysis] baseline of the sweep names none, or nothing has been measured yet.",
    draw(width) {
      const plane = selectedPlane();
      const metrics = [...new Set(chosen)].map(metricPlace);
      const rowsOf = (metric) => planeDifferences(plane, metric, armIsShown);
      const filled = metrics.filter((metric) => rowsOf(metric).length > 0);
      if (!filled.length) return null;
      const drawn = differencePanels(filled, rowsOf, width);
      drawn.table = differenceTable(filled, rowsOf);
      drawn.caption = `As above, for any metric and layer: <strong>exploratory</strong>, ${report.analysis.tested ? "p-values are not corrected for looking at many" : "without p-values, and t intervals assume a number of seeds fixed beforehand"}. Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

const kSignMetrics = ["mixing_time_paper", "mixing_time_forward", "mixing_time_backward", "hitting_time_forward_mean", "hitting_time_backward_mean", "fidelity_min_inner", "fidelity_min"];

// Do the definitions agree on the sign? A row an arm, a column a metric.
function addAgreementTable(parent) {
  if (!report.arms.some((arm) => arm.baseline !== null)) return;
  const metrics = kSignMetrics.map(metricPlace).filter((metric) => metric >= 0);
  const element = make("figure", { id: "signs" });
  const holder = make("div", { class: "table open", tabindex: "0", role: "region", "aria-label": "Signs of the differences" });
  const caption = make("figcaption");
  element.append(make("h3", {}, "Do the definitions agree?"), holder, caption);
  parent.append(element);
  figures.push({ id: "signs", redraw: () => {
    const plane = selectedPlane();
    const table = { columns: ["arm", ...metrics.map(metricTitle), "opposite signs"], rows: [], classes: [] };
    report.arms.forEach((arm, place) => {
      if (arm.baseline === null || !armIsShown(arm)) return;
      const cells = metrics.map((metric) => signCell(plane, metric, place));
      const signs = cells.map((cell) => cell.sign);
      const opposite = (kind) => { const some = metrics.flatMap((metric, at) => (kind(report.metrics[metric].name) && signs[at] !== 0 ? [signs[at]] : [])); return some.includes(1) && some.includes(-1); };
      const clashes = [opposite((name) => name.includes("_time_")) ? "mixing" : "", opposite((name) => name.startsWith("fidelity")) ? "fidelity" : ""].filter(Boolean);
      table.rows.push([arm.label, ...cells.map((cell) => cell.text), clashes.join(" and ") || "none"]);
      table.classes.push(["", ...cells.map((cell) => (cell.sign !== 0 ? "sure" : "")), clashes.length ? "opposite" : ""]);
    });
    fillTable(holder, table);
    caption.innerHTML = `Paired differences to the baseline: times as ratios (▼ faster, ▲ slower), fidelities in percentage points (▲ carries more, ▼ less). An arrow stands only where the 95% interval leaves out “no difference”; signs are called opposite where two such arrows disagree. Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
  } });
}

function signCell(plane, metric, arm) {
  const ratio = report.metrics[metric].walk_time;
  const mean = plane.ofArm("difference", metric, arm), low = plane.ofArm("difference_low", metric, arm), high = plane.ofArm("difference_high", metric, arm);
  if (!present(mean)) return { text: "–", sign: 0 };
  const neutral = ratio ? 1 : 0;
  const sign = low > neutral ? 1 : high < neutral ? -1 : 0;
  const number = numberText(shownDifference(metric, mean));
  return { text: `${sign > 0 ? "▲ " : sign < 0 ? "▼ " : "· "}${ratio ? "×" + number : (mean > 0 ? "+" : "") + number + (isFidelity(metric) ? " pp" : "")}`, sign };
}

function addTrendTable(parent) {
  const { trends } = report;
  if (!trends.length) return;
  const element = make("figure", { id: "trends" });
  const tested = report.analysis.tested;
  const table = {
    columns: ["task", "group", "metric", "layer", "each doubling of heads", "low", "high", "seeds", ...(tested ? ["p"] : []), ...kSkill.map(([name]) => `${name} of its arms`)],
    rows: trends.map((trend) => [trend.task, trend.group || "all", report.metrics[trend.metric].name, layerName(trend.layer), trend.mean, trend.low, trend.high, trend.n, ...(tested ? [trend.p] : []), ...kSkill.map(([, of]) => rangeText(trend.arms.map(of)))]),
  };
  element.append(make("h3", {}, "Trend over the number of heads"), make("div", { class: trends.length > 60 ? "table" : "table open", tabindex: "0", role: "region", "aria-label": "Trend over the number of heads" }, tableElement(table)), make("figcaption", {}, `Slope of each seed on log2 of the head count, then ${tested ? "a one-sample t" : "a t interval"} over seeds. Times: the factor by which a doubling multiplies them; others: what a doubling adds. Exploratory.${trends.some((trend) => trend.task === "copy") ? " The task copy needs no attention." : ""}`));
  parent.append(element);
}
