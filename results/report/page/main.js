// Puts the page together and draws it again when the width, the colours or the medium change.

function buildPage() {
  addHeader(document.getElementById("top"));
  const content = document.getElementById("content");
  addAnswer(content);
  addSelectionBar(content);
  const results = addSection(content, "results", "Mixing and fidelity", report.left_out);
  if (planes.length) {
    addMixingFigure(results);
    addFidelityFigure(results);
    addLayersFigure(results);
    const differences = addSection(content, "differences-section", "Differences to the baseline");
    addAgreementTable(differences);
    addEqualAccuracyTable(differences);
    addDifferencesFigure(differences);
    addTrendTable(differences);
    const training = addSection(content, "training", "Training");
    addAccuracyFigure(training);
    addTrajectoriesFigure(training);
    addDiversityFigure(addSection(content, "diversity-section", "Diversity"));
  } else {
    results.append(make("p", {}, "No trial has been measured yet."));
  }
  addAttentionFigures(addSection(content, "attention-section", "Attention"));
  addFairness(addSection(content, "fairness", "Fairness"));
  addFailures(addSection(content, "failures-section", "Failures"));
  addProvenance(addSection(content, "provenance", "Settings and versions"));
  content.append(make("footer", {}, `Written by headsweep ${report.sweep.headsweep_version} from one store. Numbers in figures, tables and CSV files have seven digits; the store has all of them. Figures: Plotly.js (MIT).`));
}

buildPage();
redrawAll();

let lastWidth = document.documentElement.clientWidth;
window.addEventListener("resize", () => {
  const width = document.documentElement.clientWidth;
  if (width === lastWidth || printing) return;
  lastWidth = width;
  redrawAll();
});
darkQuery.addEventListener("change", redrawAll);
// Paper is light and as wide as it is.
window.addEventListener("beforeprint", () => { printing = true; redrawAll(); });
window.addEventListener("afterprint", () => { printing = false; redrawAll(); });
// The store is still being written, and so is this page.
if (report.reload_seconds) setTimeout(() => location.reload(), 1000 * report.reload_seconds);
document.documentElement.dataset.drawn = String(figures.length);
