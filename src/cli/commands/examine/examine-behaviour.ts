/** `assay examine behaviour REFERENCE SUSPECT --panel DIR`: three findings on standard output, a bundle where asked. */
import { Command, InvalidArgumentError } from "commander";
import { examineTranscripts } from "../../../app/behaviour/examine-behaviour.js";
import { behaviourBundle } from "../../../app/behaviour/publish-behaviour.js";
import { loadBehaviourStudies } from "../../../app/validation-data.js";
import { AssayError } from "../../../base/error.js";
import { encodeFinding } from "../../../finding/codec.js";
import { assertFreeTarget, writeBundle } from "../../../host/bundle-store.js";
import { readSigningKey } from "../../../host/signing/keys.js";
import { SEED_DEFAULT } from "../../../labs/behaviour/method.js";
import { progressLine } from "../../progress.js";
import { summary } from "../../summary.js";

interface Options {
  panel: string;
  sibling: string[];
  before?: string;
  after?: string;
  seed: string;
  out?: string;
  key?: string;
  json?: boolean;
}

export function examineBehaviourCommand(): Command {
  return new Command("behaviour")
    .description(
      "What do a suspect's answers say about where it came from? Compares two transcripts against a panel of presumed-unrelated models: the same weights, tuned from one another, taught by one another; one finding each.",
    )
    .argument("<reference>", "transcript of the claimant's model")
    .argument("<suspect>", "transcript of the respondent's model")
    .requiredOption("--panel <folder>", "transcripts of presumed-unrelated models, same prompts (at least 15)")
    .option(
      "--sibling <transcript>",
      "another model of the reference's maker, as a control; may be repeated",
      collect,
      [],
    )
    .option("--before <transcript>", "an earlier release of the suspect, with --after")
    .option("--after <transcript>", "a later release of the suspect, with --before")
    .option("--seed <text>", "seed of the order of prompts, 1 to 200 characters", seedArgument, SEED_DEFAULT)
    .option("--out <path>", "write a bundle: a new folder, or a .zip")
    .option("--key <file>", "sign the bundle with an Ed25519 private key (PEM, PKCS#8)")
    .option("--json", "print one finding a line as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay examine behaviour reference.jsonl suspect.jsonl.gz --panel panel/
  $ assay examine behaviour reference.jsonl suspect.jsonl --panel panel/ --json | jq '[.proposition.id, .outcome]'
  $ assay examine behaviour ours-13b.jsonl suspect.jsonl --panel panel/ --sibling ours-7b.jsonl --out case-2
  $ assay examine behaviour ours.jsonl theirs-v2.jsonl --panel panel/ --before theirs-v1.jsonl --after theirs-v2.jsonl

A transcript is JSON Lines ({prompt_id, prompt?, text}), an Inspect log, or lm-eval samples, plain or gzipped; two join on
prompt_id. The panel's folder may hold lineage.json ({"base": {NAME: [MODEL, ...]}}) and prompts.json.
An outcome of "inconclusive" does not show that the models are unrelated.`,
    )
    .action(run);
}

async function run(reference: string, suspect: string, options: Options): Promise<void> {
  if ((options.before === undefined) !== (options.after === undefined))
    throw new AssayError("USAGE", "examine behaviour: expected --before and --after together, got one of them");
  const key = options.key === undefined ? undefined : await readSigningKey(options.key);
  if (options.out !== undefined) await assertFreeTarget(options.out);
  const progress = progressLine();
  const settings = { seed: options.seed };
  const studies = await loadBehaviourStudies();
  const examination = await examineTranscripts({
    reference,
    suspect,
    panel: options.panel,
    siblings: options.sibling,
    ...(options.before === undefined ? {} : { before: options.before }),
    ...(options.after === undefined ? {} : { after: options.after }),
    settings,
    studies,
    onProgress: progress.report,
  }).finally(() => progress.done());
  if (options.out !== undefined) await writeBundle(options.out, behaviourBundle(examination, settings, studies, key));
  const printed = examination.findings.map((finding) => (options.json ? encodeFinding(finding) : summary(finding)));
  process.stdout.write(`${printed.join(options.json ? "\n" : "\n\n")}\n`);
  if (options.out !== undefined) process.stderr.write(`bundle written to ${options.out}\n`);
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

function seedArgument(text: string): string {
  if (text.length < 1 || text.length > 200) throw new InvalidArgumentError("expected 1 to 200 characters.");
  return text;
}
