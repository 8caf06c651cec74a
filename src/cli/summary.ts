/** A finding as a few lines for a terminal: the page's first screen, what else could explain it, and then the method. */
import type { Finding } from "../finding/finding.js";
import { explains, type FirstScreenInput, firstScreen } from "../report/first-screen.js";
import { coloured } from "./colour.js";

/** The facts of the page's first screen in its order; tests and their p come after, with the method. */
export function summary(input: FirstScreenInput): string {
  const { finding } = input;
  const screen = firstScreen(input);
  const lines = [`${finding.outcome}   ${screen.names}: ${screen.headline}`];
  for (const { label, values, more = 0, root } of screen.rows) {
    const all = more > 0 ? [...values, `${more} more`] : values;
    lines.push(`  ${label.padEnd(22)} ${all.join(", ")}${root ? `   ${root}` : ""}`);
  }
  lines.push(
    `  ${"Asked, first".padEnd(22)} ${finding.proposition.hp}`,
    `  ${"Asked, second".padEnd(22)} ${finding.proposition.hd}`,
    "",
    `  ${screen.strength ?? screen.why}`,
  );
  if (finding.outcome !== "refused") lines.push(`  False accusations: ${screen.errors.value}. ${screen.errors.says}`);
  lines.push("", "  What this does not say:", ...screen.notSaid.map((item) => `   - ${item}`));
  if (explains(finding))
    lines.push("", "  What else could explain it:", ...finding.alternatives.map((item) => `   - ${item}`));
  lines.push("", ...method(finding));
  const [first, ...rest] = lines.map(printable);
  return [coloured(first!, "bold"), ...rest].join("\n");
}

/** The tests' own p stand here and nowhere above: none is a strength. */
function method({ method: { id, version }, reason, tests }: Finding): string[] {
  return [
    `  Method ${id} ${version}: ${reason}`,
    ...tests.map(
      (test) =>
        `   ${test.id.padEnd(22)} log10 p ${test.log10P.toFixed(2).padStart(12)}   n ${test.n}${test.where ? `   ${test.where}` : ""}`,
    ),
  ];
}

/** Names come from file systems: nothing of them may drive a terminal. */
function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "�");
}
