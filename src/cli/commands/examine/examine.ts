/** `assay examine weights REFERENCE SUSPECT`: one finding a proposition on standard output, a bundle where asked. */
import { Command, InvalidArgumentError, Option } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { loadWeightsStudies } from "../../../app/validation-data.js";
import { checkCommitted, commitmentsOf } from "../../../app/weights/committed.js";
import { examine } from "../../../app/weights/examine.js";
import { bundleOf } from "../../../app/weights/publish.js";
import type { RemoteUse } from "../../../app/weights/remote-side.js";
import { AssayError } from "../../../base/error.js";
import { encodeFinding } from "../../../finding/codec.js";
import { assertFreeTarget, writeBundle } from "../../../host/bundle-store.js";
import { assayHome } from "../../../host/home.js";
import { isUrl } from "../../../host/http/http-pin.js";
import { readSigningKey } from "../../../host/signing/keys.js";
import { FURTHER_MAX } from "../../../labs/weights/making/merges.js";
import { SEED_BITS_DEFAULT, SEED_DEFAULT } from "../../../labs/weights/method.js";
import { progressLine } from "../../progress.js";
import { summary } from "../../summary.js";
import { examineBehaviourCommand } from "./examine-behaviour.js";
import { examineHarvestCommand } from "./examine-harvest.js";
import { examineTrafficCommand } from "./examine-traffic.js";
import { marksLaboratoryCommands } from "./marks-laboratory.js";

interface Options {
  seed: string;
  rows?: "sampled" | "all" | "screened";
  also?: string[];
  committed?: string[];
  policy?: string;
  exhibits?: boolean;
  init?: string;
  seedBits?: number;
  out?: string;
  key?: string;
  json?: boolean;
  threads?: number;
}

export function examineCommand(): Command {
  const command = new Command("examine")
    .addCommand(weightsCommand())
    .addCommand(examineBehaviourCommand())
    .addCommand(examineTrafficCommand())
    .addCommand(examineHarvestCommand());
  for (const laboratory of marksLaboratoryCommands()) command.addCommand(laboratory);
  return command;
}

function weightsCommand(): Command {
  return new Command("weights")
    .description(
      "Do two models share ancestral weights? Compares a reference and a suspect, each a Hugging Face folder, one .safetensors or one .gguf file, or an http(s) URL of one of these.",
    )
    .argument("<reference>", "model folder, .safetensors or .gguf file of the claimant")
    .argument("<suspect>", "model folder, .safetensors or .gguf file of the respondent")
    .addOption(
      new Option(
        "--rows <which>",
        "labels looked at in each block (default: sampled; screened, the least, where a side is a URL)",
      ).choices(["sampled", "all", "screened"]),
    )
    .option("--seed <text>", "seed of every random draw, 1 to 200 characters", seedArgument, SEED_DEFAULT)
    .option(
      "--init <path>",
      "the reference's initial weights, or a sketch of them: asks whether the suspect leans to them",
    )
    .option(
      "--seed-bits <n>",
      "bits of seed their holder could have searched; 0 where it was committed before (default: 64)",
      seedBitsArgument,
    )
    .option("--also <model...>", "candidate parents beside the reference: says whether the suspect is a merge of them")
    .option(
      "--committed <receipt...>",
      "receipts of a register's log for a side: says at what time it is shown to have existed; with --policy",
    )
    .option("--policy <file>", "tlog-policy under which the receipts are believed (with --committed)")
    .option("--exhibits", "compute published likenesses for large models too: shown, never evidence")
    .option("--out <path>", "write a bundle: a new folder, or a .zip")
    .option("--key <file>", "sign the bundle with an Ed25519 private key (PEM, PKCS#8)")
    .option("--threads <n>", "threads to use (default: cores + 1)", threadsArgument)
    .option("--json", "print one finding a line as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay examine weights models/base models/suspect
  $ assay examine weights base.safetensors suspect.safetensors --json | jq .outcome
  $ assay examine weights models/base models/suspect --init models/base-init.safetensors
  $ assay examine weights models/base models/suspect --also models/second-parent models/third-parent
  $ assay examine weights models/base models/suspect --committed base.receipt.json --policy trust.txt
  $ assay examine weights base.sketch suspect.sketch
  $ assay examine weights models/base models/suspect --rows all --out case-1.zip --key lab.pem
  $ assay examine weights models/base models/base+adapters/suspect
  $ assay examine weights models/base https://example.org/models/suspect/resolve/main

It reads safetensors with the names of Llama, Mistral, Qwen 2 and 3, Gemma, Phi, OLMo, StableLM,
GPT-2 and GPT-NeoX, of mixtures of experts, and their usual quantised forms; and GGUF files of such models.
Behind a URL only what the examination needs is read, in ranges; the finding says how much and what that means.
An outcome of "inconclusive" does not show that the models are independent.`,
    )
    .action(run);
}

async function run(reference: string, suspect: string, options: Options): Promise<void> {
  const key = options.key === undefined ? undefined : await readSigningKey(options.key);
  if (options.out !== undefined) await assertFreeTarget(options.out);
  const progress = progressLine();
  const { seed, init } = options;
  const rows = options.rows ?? (isUrl(reference) || isUrl(suspect) ? "screened" : "sampled");
  if (options.seedBits !== undefined && init === undefined)
    throw new AssayError("USAGE", "--seed-bits: expected --init beside it");
  if ((options.also?.length ?? 0) > FURTHER_MAX)
    throw new AssayError("USAGE", `--also: expected at most ${FURTHER_MAX} models, got ${options.also?.length}`);
  if ((options.committed === undefined) !== (options.policy === undefined))
    throw new AssayError("USAGE", "--committed: expected receipts and a --policy under which they are believed");
  const committed = options.committed
    ? await commitmentsOf(options.committed, await readPolicyFile(options.policy!))
    : null;
  const settings = {
    seed,
    rows,
    ...(committed ? { committed } : {}),
    ...(init === undefined ? {} : { seedBits: options.seedBits ?? SEED_BITS_DEFAULT }),
    ...(options.exhibits ? { exhibits: true } : {}),
  };
  const studies = await loadWeightsStudies();
  const examination = await examine({
    reference,
    suspect,
    ...(init === undefined ? {} : { init }),
    ...(options.also ? { also: options.also } : {}),
    settings,
    studies,
    home: assayHome(),
    ...(options.threads ? { threads: options.threads } : {}),
    onProgress: progress.report,
  }).finally(() => progress.done());
  checkCommitted(committed ?? [], examination.findings[0]!);
  if (options.out !== undefined)
    await writeBundle(options.out, bundleOf(examination, examination.settings, studies, key));
  for (const use of examination.remote) process.stderr.write(`${remoteLine(use)}\n`);
  const printed = examination.findings.map((finding) => (options.json ? encodeFinding(finding) : summary(finding)));
  process.stdout.write(`${printed.join(options.json ? "\n" : "\n\n")}\n`);
  if (options.out !== undefined) process.stderr.write(`bundle written to ${options.out}\n`);
}

function seedBitsArgument(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n > 4096) throw new InvalidArgumentError("expected 0 to 4096.");
  return n;
}

function remoteLine({ role, url, readBytes, totalBytes, ranges, receivedBytes, requests }: RemoteUse): string {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${role}: ${mb(readBytes)} of ${mb(totalBytes)} read from ${url} in ${ranges} ranges (${mb(receivedBytes)} received in ${requests} requests, all sides)`;
}

function seedArgument(text: string): string {
  if (text.length < 1 || text.length > 200) throw new InvalidArgumentError("expected 1 to 200 characters.");
  return text;
}

function threadsArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64) throw new InvalidArgumentError("expected 1 to 64.");
  return n;
}
