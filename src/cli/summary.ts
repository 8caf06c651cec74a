/** A finding as a few lines for a terminal: the same facts as the JSON and the words of the page, in reading order. */
import type { Artefact } from "../evidence/artefact.js";
import type { Finding } from "../finding/finding.js";
import type { Proposition } from "../finding/propositions.js";
import { outcomeWords } from "../report/outcome-words.js";

export function summary(finding: Finding, words: Proposition): string {
  const { proposition, strength, errorRate } = finding;
  const lines = [
    `${finding.outcome}   ${outcomeWords(finding, words).headline}`,
    `  hp  ${proposition.hp}`,
    `  hd  ${proposition.hd}`,
    "",
  ];
  for (const [role, { name, root }] of artefactsOf(finding))
    lines.push(`  ${role.padEnd(10)} ${printable(name)}   ${root}`);
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
  lines.push("", "  What this does not say:", ...words.notSaid.map((a) => `   - ${a}`));
  lines.push("", "  What else could explain it:", ...finding.alternatives.map((a) => `   - ${a}`));
  return lines.join("\n");
}

/** What the finding is about, by role. */
function artefactsOf({ subject }: Finding): [string, Artefact][] {
  return Object.entries(subject).filter((part): part is [string, Artefact] => typeof part[1] === "object");
}

/** Names come from file systems: nothing of them may drive a terminal. */
function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
