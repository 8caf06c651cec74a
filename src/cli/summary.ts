/** A finding as a few lines for a terminal: the same facts as the JSON, in reading order. */
import type { Finding } from "../finding/finding.js";

const OUTCOME_WORDS: Record<Finding["outcome"], string> = {
  "supports-hp": "the evidence supports the first proposition",
  "supports-hd": "the evidence supports the second proposition",
  inconclusive: "inconclusive: this does not show independence",
  uncalibrated: "uncalibrated: outside what the validation study covers",
  refused: "refused: the input could not be examined",
};

export function summary(finding: Finding): string {
  const { proposition, subject, strength, errorRate } = finding;
  const lines = [
    `${finding.outcome}   ${OUTCOME_WORDS[finding.outcome]}`,
    `  hp  ${proposition.hp}`,
    `  hd  ${proposition.hd}`,
    "",
  ];
  if (subject.kind === "pair")
    for (const role of ["reference", "suspect"] as const)
      lines.push(`  ${role.padEnd(10)} ${printable(subject[role].name)}   ${subject[role].root}`);
  if (subject.kind === "text")
    for (const role of ["text", "mark"] as const)
      lines.push(`  ${role.padEnd(10)} ${printable(subject[role].name)}   ${subject[role].root}`);
  lines.push("", `  ${finding.reason}`);
  for (const test of finding.tests)
    lines.push(
      `  ${test.id.padEnd(22)} log10 p ${test.log10P.toFixed(2).padStart(12)}   n ${test.n}${test.where ? `   ${test.where}` : ""}`,
    );
  if (strength) {
    const ratio = strength.log10LR.low === null ? "unbounded below" : `10^${strength.log10LR.low.toFixed(2)}`;
    lines.push(
      "",
      `  strength   likelihood ratio ${ratio}, capped by validation at 10^${strength.cap.log10LR.toFixed(2)}: ${strength.term} (${strength.scale.id})`,
    );
  }
  if (errorRate)
    lines.push(
      `  error rate ${errorRate.falsePositives} false accusations among ${errorRate.families} independent families; below ${(100 * errorRate.upper95).toFixed(2)} % (95 %)`,
    );
  lines.push("", "  What else could explain it:", ...finding.alternatives.map((a) => `   - ${a}`));
  return lines.join("\n");
}

/** Names come from file systems: nothing of them may drive a terminal. */
function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
