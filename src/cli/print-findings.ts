/** Findings on standard output, one JSON line each or readable summaries, and a bundle where asked. */
import type { Command } from "commander";
import type { MarksExamination } from "../app/marks/marks-request.js";
import { type MarksPublication, marksBundle } from "../app/marks/publish-marks.js";
import { encodeFinding } from "../finding/codec.js";
import { assertFreeTarget, writeBundle } from "../host/bundle-store.js";
import { readSigningKey } from "../host/signing/keys.js";
import { summary } from "./summary.js";

export interface OutputOptions {
  json?: boolean;
  out?: string;
  key?: string;
}

/** The options of a command that prints findings. */
export function withOutput(command: Command): Command {
  return command
    .option("--out <path>", "write a bundle: a new folder, or a .zip")
    .option("--key <file>", "sign the bundle with an Ed25519 private key (PEM, PKCS#8)")
    .option("--json", "print one finding a line as JSON, nothing else");
}

/** Runs an examination between the checks of its output and the output itself. */
export async function examineAndPrint(
  options: OutputOptions,
  publication: MarksPublication,
  examine: () => Promise<MarksExamination>,
): Promise<void> {
  const { json, out } = options;
  const key = options.key === undefined ? undefined : await readSigningKey(options.key);
  if (out !== undefined) await assertFreeTarget(out);
  const examination = await examine();
  if (out !== undefined) await writeBundle(out, await marksBundle(examination, publication, key));
  const printed = examination.findings.map((finding) => (json ? encodeFinding(finding) : summary(finding)));
  process.stdout.write(`${printed.join(json ? "\n" : "\n\n")}\n`);
  if (out !== undefined) process.stderr.write(`bundle written to ${out}\n`);
}
