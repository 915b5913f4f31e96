// Colours, markers and the light, dark and printed look of figures. Colours are those of Okabe and Ito, told apart by
// colour-blind readers; every series also has a marker of its own.

const kColours = {
  light: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"],
  dark: ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#FFFFFF"],
};
const kMarkers = ["circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down", "x", "pentagon", "hexagon"];
const kDashes = { untrained: "dash", permuted: "dot", crossed: "dashdot", equal_weights: "longdash", uniform: "5px 2px", identity: "2px 4px", previous_token: "8px 2px 2px 2px" };
const kNullMarkers = { untrained: "circle-open", permuted: "square-open", crossed: "diamond-open", equal_weights: "triangle-up-open", uniform: "cross-thin-open", identity: "x-thin-open", previous_token: "asterisk-open" };
// Others are in the legend, one click away.
const kNullsDrawn = ["untrained", "permuted"];
// What is drawn comes first.
const legendRank = (nullName) => (kNullsDrawn.includes(nullName) ? 10 : 20);

const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;

const look = () => (darkQuery.matches && !printing
  ? { name: "dark", ink: "#e8eaed", soft: "#a3abb5", grid: "#2b3036", nulls: "#9aa3ad", paper: "#14171a" }
  : { name: "light", ink: "#1a1d21", soft: "#59616b", grid: "#e6e9ed", nulls: "#6b737c", paper: "#ffffff" });

function colour(place) {
  const colours = kColours[look().name];
  return colours[place % colours.length];
}
const marker = (place) => kMarkers[place % kMarkers.length];

const kPlotConfig = { displaylogo: false, responsive: false, displayModeBar: false, scrollZoom: false };

function baseLayout() {
  const now = look();
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif", size: 12.5, color: now.ink },
    hoverlabel: { bgcolor: now.paper, bordercolor: now.soft, font: { color: now.ink, size: 12.5 } },
    hovermode: "closest",
    dragmode: false,
    legend: { orientation: "h", xanchor: "left", font: { size: 12 }, bgcolor: "rgba(0,0,0,0)" },
    colorway: kColours[now.name],
  };
}

function axisLook() {
  const now = look();
  return { gridcolor: now.grid, linecolor: now.soft, zerolinecolor: now.grid, tickcolor: now.soft, ticks: "outside", ticklen: 4, showline: true, automargin: false, tickfont: { size: 11.5 } };
}
