// How well an arm's trials do and how many are missing: beside every metric, because failures are not random and what heads look
// like means less where the task was not learnt.

// Columns of tables: name, value of arm number `place`.
const kSkill = [
  ["accuracy", (place) => report.arms[place].accuracy],
  ["failure rate", (place) => report.arms[place].failure_rate],
  ["divergence rate", (place) => report.arms[place].divergence_rate],
];

const percent = (fraction) => (present(fraction) ? `${numberText(100 * fraction)}%` : "–");

// "97% to 99.2%"
function rangeText(fractions) {
  const some = fractions.filter(present);
  if (!some.length) return "–";
  const low = percent(Math.min(...some)), high = percent(Math.max(...some));
  return low === high ? low : `${low} to ${high}`;
}

// A line below what is said of the arm when pointed at.
function skillText(place) {
  const arm = report.arms[place];
  return `<br>accuracy ${percent(arm.accuracy)}, failed ${percent(arm.failure_rate)}, diverged ${percent(arm.divergence_rate)}`;
}

// The same of all arms shown, as a sentence; of many the range.
const kMostArmsTold = 8;

function skillCaption() {
  const arms = report.arms.filter((arm) => armIsShown(arm) && arm.done + arm.failed > 0);
  if (!arms.length) return "";
  const lost = arms.filter((arm) => arm.failed > 0);
  const failed = lost.length ? `Failed: ${lost.slice(0, kMostArmsTold).map((arm) => `${escaped(arm.label)}: ${percent(arm.failure_rate)} (diverged ${percent(arm.divergence_rate)})`).join("; ")}${lost.length > kMostArmsTold ? `, and ${plural(lost.length - kMostArmsTold, "arm")} more` : ""}.` : "No trial failed or diverged.";
  const accuracies = arms.map((arm) => arm.accuracy).filter(present);
  const told = arms.length <= kMostArmsTold ? arms.map((arm) => `${escaped(arm.label)}: ${percent(arm.accuracy)}`).join("; ") : `${rangeText(accuracies)}, each in the table`;
  return ` Accuracy: ${told}. ${failed}`;
}
