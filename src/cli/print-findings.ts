/** Findings on standard output: one JSON line each, or readable summaries. */
import { encodeFinding } from "../finding/codec.js";
import type { Finding } from "../finding/finding.js";
import { summary } from "./summary.js";

export function printFindings(findings: readonly Finding[], json: boolean): void {
  const printed = findings.map((finding) => (json ? encodeFinding(finding) : summary(finding)));
  process.stdout.write(`${printed.join(json ? "\n" : "\n\n")}\n`);
}
