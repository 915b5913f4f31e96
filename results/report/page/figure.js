// A figure: plot, caption, its table and downloads. Drawn again when the selection, the width or the colours change.

const figures = [];

// Options: id, title, draw() -> { traces, layout, table: { columns, rows }, caption (HTML), label }, or null where
// there is nothing to draw; empty (HTML, said then); controls (elements).
// draw() is given the width in pixels. Cells of the table are numbers, text or null; of a column that is called
// the same everywhere.
function addFigure(parent, { id, title, draw, empty = "", controls = [] }) {
  const element = make("figure", { id });
  const heading = make("h3", {}, title);
  const controlRow = make("div", { class: "controls" }, ...controls);
  const plot = make("div", { class: "plot" });
  const caption = make("figcaption");
  const table = make("div", { class: "table asked", id: id + "-table", hidden: "", tabindex: "0", role: "region", "aria-label": "Table: " + title });
  const tableButton = make("button", { type: "button", "aria-expanded": "false", "aria-controls": table.id }, "Table");
  const csvButton = make("button", { type: "button", "aria-label": "CSV of: " + title }, "CSV");
  const svgButton = make("button", { type: "button", "aria-label": "SVG of: " + title }, "SVG");
  const tools = make("div", { class: "tools" }, tableButton, csvButton, svgButton);
  element.append(heading, controlRow, plot, caption, tools, table);
  parent.append(element);
  const figure = { id, title, plot, drawn: null, redraw };
  figures.push(figure);

  function redraw() {
    const width = Math.max(280, Math.floor(printing ? kPrintWidth : element.clientWidth));
    const drawn = draw(width);
    figure.drawn = drawn;
    tools.hidden = !drawn;
    if (!drawn) {
      Plotly.purge(plot);
      plot.innerHTML = `<p class="note">${empty}</p>`;
      caption.innerHTML = "";
      table.hidden = true;
      return;
    }
    if (!plot.classList.contains("js-plotly-plot")) plot.textContent = "";
    fitLegend(drawn.layout, drawn.traces);
    Plotly.react(plot, drawn.traces, drawn.layout, kPlotConfig);
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `${title}. ${drawn.label || ""} The table below the figure has its numbers.`);
    caption.innerHTML = drawn.caption;
    if (!table.hidden) fillTable(table, drawn.table);
  }

  tableButton.addEventListener("click", () => {
    table.hidden = !table.hidden;
    tableButton.setAttribute("aria-expanded", String(!table.hidden));
    if (!table.hidden) fillTable(table, figure.drawn.table);
  });
  csvButton.addEventListener("click", () => saveText(id + ".csv", csvText(figure.drawn.table), "text/csv"));
  svgButton.addEventListener("click", () => Plotly.downloadImage(plot, { format: "svg", filename: id, width: plot.layout.width, height: plot.layout.height }));
  return figure;
}

// Width of the page between its margins when printed, in CSS pixels: A4 and Letter both have it.
const kPrintWidth = 680;

function redrawAll() {
  for (const figure of figures) figure.redraw();
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Options: [[value, text]].
function makeSelect(name, options, chosen, changed) {
  const select = make("select", { "aria-label": name });
  for (const [value, text] of options) {
    const option = make("option", { value }, text);
    if (value === chosen) option.selected = true;
    select.append(option);
  }
  select.addEventListener("change", () => changed(select.value));
  return make("label", {}, name, select);
}

const isNumber = (cell) => typeof cell === "number";

function tableElement({ columns, rows, classes = [] }) {
  const textual = columns.map((_, column) => rows.some((row) => present(row[column]) && !isNumber(row[column])));
  const head = make("tr");
  columns.forEach((column, place) => head.append(make("th", { scope: "col", class: textual[place] ? "text" : "" }, column)));
  const body = make("tbody");
  rows.forEach((row, index) => {
    const line = make("tr");
    row.forEach((cell, place) => {
      const type = (textual[place] ? "text " : "") + ((classes[index] || [])[place] || "");
      line.append(make("td", { class: type.trim() }, isNumber(cell) ? numberText(cell, 5) : present(cell) ? cell : "–"));
    });
    body.append(line);
  });
  return make("table", {}, make("thead", {}, head), body);
}

function fillTable(element, table) {
  element.replaceChildren(tableElement(table));
}

// As RFC 4180; numbers with the seven digits that they have here.
function csvText({ columns, rows }) {
  const cell = (value) => {
    if (!present(value)) return "";
    if (isNumber(value)) return String(Number(value.toPrecision(7)));
    return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

function saveText(name, text, type) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
