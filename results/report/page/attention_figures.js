// Attention of chosen trials, recomputed from their kept weights: maps of every head and of their combination, and the
// strongest edges as a directed acyclic graph.

// attention.trials: [{ trial, why, arm, seed, length, layers: [{ importance, heads: [lower triangle], combined }] }];
// triangles row by row, a byte an entry: 255 times the square root of the attention.
const triangleAt = (i, j) => (i * (i + 1)) / 2 + j;
const attentionOf = (byte) => (byte / 255) ** 2;
const kEdgesOfHead = 14;

function addAttentionFigures(parent) {
  const { trials } = report.attention;
  if (report.attention.note) parent.append(make("p", { class: "note" }, report.attention.note));
  if (!trials.length) return;
  let chosen = 0;
  let layer = trials[0].layers.length - 1;
  const names = trials.map((trial, place) => [String(place), `${trial.task}: ${trial.why} (${trial.label}, seed ${trial.seed})`]);
  const layers = trials[0].layers.map((_, place) => [String(place), layerName(String(place))]);
  const controls = make("div", { class: "controls" },
    makeSelect("Trial", names, "0", (value) => { chosen = Number(value); layer = Math.min(layer, trials[chosen].layers.length - 1); maps.redraw(); graph.redraw(); }),
    makeSelect("Layer", layers, String(layer), (value) => { layer = Number(value); maps.redraw(); graph.redraw(); }));
  parent.append(controls);
  const describe = () => `Trial ${trials[chosen].trial} (${escaped(trials[chosen].label)}, seed ${trials[chosen].seed}): the ${escaped(trials[chosen].why)}, ${layerName(String(layer))}; mean over ${trials[chosen].sequences} held-out sequences.${trials[chosen].task === "copy" ? kCopyNote : ""}`;
  const maps = addFigure(parent, { id: "attention-maps", title: "Attention maps", draw: (width) => drawMaps(trials[chosen], layer, width, describe()) });
  const graph = addFigure(parent, { id: "attention-graph", title: "The strongest edges, as a graph", draw: (width) => drawGraph(trials[chosen], layer, width, describe()) });
}

function matrixOf(triangle, length) {
  return Array.from({ length }, (_, i) => Array.from({ length }, (__, j) => (j <= i ? attentionOf(triangle[triangleAt(i, j)]) : null)));
}

function drawMaps(trial, layer, width, description) {
  const { importance, heads, combined } = trial.layers[layer];
  const maps = [...heads.map((packed, head) => ({ packed, title: `head ${head}, weight ${numberText(importance[head], 2)}` })), { packed: combined, title: "combined" }];
  const columns = width < kNarrow ? 2 : Math.min(maps.length, Math.floor((width + 24) / 200), 6);
  const gap = 30, left = 46, right = 72, top = 34, bottom = 46, gapY = 44;
  const cell = Math.min(230, (width - left - right - (columns - 1) * gap) / columns);
  const rows = Math.ceil(maps.length / columns);
  const layout = Object.assign(baseLayout(), { width: Math.min(width, left + right + columns * cell + (columns - 1) * gap), height: top + bottom + rows * cell + (rows - 1) * gapY, margin: { l: left, r: right, t: top, b: bottom }, annotations: [], showlegend: false });
  const plotWidth = layout.width - left - right, plotHeight = layout.height - top - bottom;
  const traces = maps.map((map, index) => {
    const column = index % columns, row = Math.floor(index / columns);
    const x0 = (column * (cell + gap)) / plotWidth, y1 = 1 - (row * (cell + gapY)) / plotHeight;
    const suffix = index === 0 ? "" : String(index + 1);
    const title = (text) => ({ text, standoff: 2, font: { size: 11 } });
    layout["xaxis" + suffix] = Object.assign(axisLook(), { domain: [x0, Math.min(1, x0 + cell / plotWidth)], anchor: "y" + suffix, nticks: 4, showgrid: false, zeroline: false, title: row === rows - 1 || index + columns >= maps.length ? title("key") : undefined });
    layout["yaxis" + suffix] = Object.assign(axisLook(), { domain: [Math.max(0, y1 - cell / plotHeight), y1], anchor: "x" + suffix, autorange: "reversed", nticks: 4, showgrid: false, zeroline: false, title: column === 0 ? title("query") : undefined });
    layout.annotations.push({ text: index < heads.length ? map.title : `<b>${map.title}</b>`, x: x0, y: y1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", yshift: 3, showarrow: false, font: { size: 11.5 } });
    return {
      type: "heatmap", z: matrixOf(unpackBytes(map.packed), trial.length), zmin: 0, zmax: 1, xaxis: "x" + suffix, yaxis: "y" + suffix, hoverongaps: false, coloraxis: "coloraxis",
      hovertemplate: "query %{y}, key %{x}: %{z:.3f}<extra></extra>", meta: { kind: "attention", head: index < heads.length ? index : "combined" },
    };
  });
  layout.coloraxis = { cmin: 0, cmax: 1, colorscale: look().name === "dark" ? kDarkScale : kLightScale, colorbar: { thickness: 10, len: Math.min(1, 230 / plotHeight), y: 1, yanchor: "top", x: 1.02, outlinewidth: 0, tickfont: { size: 11 } } };
  return { traces, layout, table: mapTable(trial, layer), caption: `${description} Rows are queries, columns keys; the last query is the sink. Combined: heads weighted by their part in the output projection, as all metrics of a layer are. Entries are kept to 1/255 of their square root.` };
}

// Perceptually even from paper to ink, as cividis; the zero has the colour of the page.
const kLightScale = [[0, "#ffffff"], [0.08, "#e3eef6"], [0.25, "#a9cbe2"], [0.5, "#4a93c4"], [0.75, "#0a5f9e"], [1, "#05264a"]];
const kDarkScale = [[0, "#14171a"], [0.08, "#1b2c3a"], [0.25, "#1f4f70"], [0.5, "#2f86bb"], [0.75, "#7cc3ec"], [1, "#f2fafe"]];

function mapTable(trial, layer) {
  const rows = [];
  const { heads, combined } = trial.layers[layer];
  [...heads, combined].forEach((packed, head) => {
    const triangle = unpackBytes(packed);
    for (let query = 0; query < trial.length; ++query) {
      for (let key = 0; key <= query; ++key) rows.push([trial.trial, layer, head < heads.length ? head : "combined", query, key, attentionOf(triangle[triangleAt(query, key)])]);
    }
  });
  return { columns: ["trial", "layer", "head", "query", "key", "attention"], rows };
}

// The strongest edges of each head to another position: an arc from key to query. Their width is the attention.
function strongestEdges(triangle, length) {
  const edges = [];
  for (let query = 1; query < length; ++query) {
    for (let key = 0; key < query; ++key) edges.push({ query, key, attention: attentionOf(triangle[triangleAt(query, key)]) });
  }
  return edges.filter((edge) => edge.attention >= 0.05).sort((a, b) => b.attention - a.attention || a.query - b.query).slice(0, kEdgesOfHead);
}

function arc({ query, key }, steps = 24) {
  const middle = (query + key) / 2, radius = (query - key) / 2;
  const points = Array.from({ length: steps + 1 }, (_, step) => Math.PI * (1 - step / steps));
  return { x: points.map((angle) => middle + radius * Math.cos(angle)), y: points.map((angle) => radius * Math.sin(angle)) };
}

// Every seven heads the colours begin again, with another kind of line.
const headDash = (head) => ["solid", "dot", "dash", "dashdot"][Math.floor(head / kColours.light.length) % 4];

// The numbers of heads on the top of their strongest arcs, for who cannot tell sixteen lines apart.
function headNumbers(summits) {
  const arcs = new Map();
  for (const { query, key, head } of summits) {
    const place = `${key} ${query}`;
    if (!arcs.has(place)) arcs.set(place, { x: (query + key) / 2, y: (query - key) / 2, heads: [] });
    arcs.get(place).heads.push(head);
  }
  const labels = [...arcs.values()];
  return {
    type: "scatter", mode: "text", x: labels.map((label) => label.x), y: labels.map((label) => label.y), text: labels.map((label) => label.heads.join(", ")),
    textposition: "top center", textfont: { size: 11.5, color: look().ink }, showlegend: false, hoverinfo: "skip", cliponaxis: false, meta: { kind: "head numbers" },
  };
}

function drawGraph(trial, layer, width, description) {
  const { heads } = trial.layers[layer];
  const layout = Object.assign(baseLayout(), { width, height: Math.min(420, 170 + width * 0.22), margin: { l: 20, r: 20, t: 12, b: 44 } });
  const table = { columns: ["trial", "layer", "head", "from key", "to query", "attention"], rows: [] };
  const traces = [];
  const summits = [];
  let highest = 1;
  heads.forEach((packed, head) => {
    const edges = strongestEdges(unpackBytes(packed), trial.length);
    if (edges.length) summits.push({ ...edges[0], head });
    edges.forEach((edge, place) => {
      const path = arc(edge);
      highest = Math.max(highest, (edge.query - edge.key) / 2);
      traces.push({
        type: "scatter", mode: "lines", x: path.x, y: path.y, name: `head ${head}`, legendgroup: "head " + head, showlegend: place === 0, line: { color: colour(head), width: 0.8 + 4 * edge.attention, dash: headDash(head) },
        opacity: 0.35 + 0.6 * edge.attention, hovertemplate: `head ${head}: key ${edge.key} to query ${edge.query}, attention ${edge.attention.toFixed(3)}<extra></extra>`, meta: { kind: "edge", head },
      });
      table.rows.push([trial.trial, layer, head, edge.key, edge.query, edge.attention]);
    });
    if (!edges.length) traces.push({ type: "scatter", mode: "lines", x: [null], y: [null], name: `head ${head} (only itself)`, line: { color: colour(head), dash: headDash(head) }, meta: { kind: "edge", head } });
  });
  const positions = Array.from({ length: trial.length }, (_, position) => position);
  traces.push({
    type: "scatter", mode: "markers", x: positions, y: positions.map(() => 0), showlegend: false, hovertemplate: "position %{x}<extra></extra>", meta: { kind: "positions" },
    marker: { size: trial.length > 40 ? 5 : 9, color: positions.map((position) => (position === trial.length - 1 ? look().ink : look().paper)), line: { color: look().ink, width: 1.3 }, symbol: positions.map((position) => (position === trial.length - 1 ? "square" : "circle")) },
  });
  traces.push(headNumbers(summits));
  layout.xaxis = Object.assign(axisLook(), { range: [-0.7, trial.length - 0.3], showgrid: false, zeroline: false, showline: false, ticks: "", title: { text: "position (square: the sink)", standoff: 4, font: { size: 12 } } });
  layout.yaxis = { visible: false, range: [-highest * 0.09 - 0.3, highest * 1.12 + 0.2], fixedrange: true };
  return { traces, layout, table, caption: `${description} An arc leads from a key (left) to the query that reads it (right), for each head's ${kEdgesOfHead} strongest edges to another position with attention of at least 0.05; wider: more attention. The number of a head stands on its strongest arc. A head without arcs attends to its own position.` };
}
