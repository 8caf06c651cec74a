/** `assay scan MODEL --library DIR`: which of the known bases is this model made of? */
import { Command, InvalidArgumentError } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { loadStudies } from "../../../app/studies.js";
import { AssayError } from "../../../base/error.js";
import { progressLine } from "../../../cli/progress.js";
import { assayHome } from "../../../host/home.js";
import { type ScanRecord, scanModel } from "../desk/scan.js";
import { addToLibrary } from "../desk/scan-add.js";
import { readLibrary } from "../host/scan-library.js";
import { WEIGHTS_STUDIES } from "../studies.js";

/** Candidates printed for readers; --json has all. */
const SHOWN = 5;

/** Its verb `add` makes the library; a scan says which base answers best, never that one is the origin. */
export function scanCommand(): Command {
  return new Command("scan")
    .enablePositionalOptions()
    .argument("<model>", "model folder, .safetensors or .gguf file")
    .option("--library <dir-or-url>", "sketches that assay scan add made: a folder, or its URL (needed)")
    .option("--weights <dir>", "models of the library under the names of their sketches, asked where no sketch speaks")
    .option("--public-key <file>", "key in PEM by which the library's LIBRARY.sig (register sign) has to hold")
    .option("--disguises", "with --weights: undo permutations and rotations too; minutes a candidate")
    .option("--threads <n>", "threads to use (default: cores + 1)", threadsArgument)
    .option("--json", "print the record as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay scan add models/base --library bases
  $ assay scan models/suspect --library bases
  $ assay scan models/suspect --library bases --json | jq '.candidates[0].name'
  $ assay scan models/suspect --library https://example.org/bases
  $ assay scan models/suspect --library bases --weights models --disguises
  $ assay scan list --library bases
  $ assay register sign bases --private-key key.pem --signature bases/LIBRARY.sig
  $ assay scan models/suspect --library bases --public-key pub.pem

Every candidate is paid for: with 100 of them each p is a hundred times as large, two hundred with the weights of all.
"None of these" speaks of this library alone. A sketch misses copies that were thinned, mixed, put under noise or
trained on for long: with --weights the models themselves are asked. For what was done to a base, ask assay examine
weights.`,
    )
    .addCommand(addCommand())
    .addCommand(listCommand())
    .action(run);
}

interface ScanFlags {
  library?: string;
  weights?: string;
  publicKey?: string;
  disguises?: boolean;
  threads?: number;
  json?: boolean;
}

async function run(model: string, { library, weights, publicKey, disguises = false, threads, json }: ScanFlags) {
  if (library === undefined) throw new AssayError("USAGE", "scan: expected --library with a folder of sketches");
  if (disguises && weights === undefined)
    throw new AssayError("USAGE", "scan: expected --weights with --disguises: a sketch does not hold what undoes them");
  const progress = progressLine();
  const record = await scanModel({
    model,
    library,
    disguises,
    ...(weights === undefined ? {} : { weights }),
    ...(publicKey === undefined ? {} : { publicKey }),
    studies: await loadStudies({ studies: WEIGHTS_STUDIES }),
    home: assayHome(),
    ...(threads === undefined ? {} : { threads }),
    onProgress: progress.report,
  }).finally(() => progress.done());
  process.stdout.write(json ? `${JSON.stringify(record)}\n` : inWords(record));
}

interface AddFlags {
  library: string;
  name?: string;
  committed?: string;
  policy?: string;
  json?: boolean;
}

function addCommand(): Command {
  return new Command("add")
    .description("Fold a base under the library's seed and put it in; a library that is not there is begun.")
    .argument("<model>", "model folder, .safetensors or .gguf file")
    .requiredOption("--library <dir>", "folder of the library")
    .option("--name <name>", "name in the library (default: the model's)")
    .option(
      "--committed <receipt>",
      "a register's receipt for this model: since when it is shown to exist; with --policy",
    )
    .option("--policy <file>", "tlog-policy under which the receipt is believed (with --committed)")
    .option("--json", "print the entry as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay scan add models/base --library bases --name 'Base 1B'
  $ assay scan add models/base --library bases --committed base.receipt.json --policy trust.txt`,
    )
    .action(async (model: string, { library, name, committed, policy, json }: AddFlags) => {
      if ((committed === undefined) !== (policy === undefined))
        throw new AssayError("USAGE", "--committed: expected a receipt and a --policy under which it is believed");
      const progress = progressLine();
      const entry = await addToLibrary({
        ...{ model, library, home: assayHome(), onProgress: progress.report },
        added: new Date().toISOString().slice(0, 10),
        ...(name === undefined ? {} : { name }),
        ...(committed === undefined || policy === undefined
          ? {}
          : { committed: { receipt: committed, policy: await readPolicyFile(policy) } }),
      }).finally(() => progress.done());
      process.stdout.write(json ? `${JSON.stringify(entry)}\n` : `${entry.name} added: ${entry.file}, ${entry.root}\n`);
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("List what a library holds.")
    .requiredOption("--library <dir>", "folder of the library")
    .option("--json", "print the library as JSON, nothing else")
    .addHelpText("after", "\nExample:\n  $ assay scan list --library bases")
    .action(async ({ library, json }: { library: string; json?: boolean }) => {
      const held = await readLibrary(library);
      if (json) process.stdout.write(`${JSON.stringify(held)}\n`);
      else for (const { name, root, added } of held.entries) process.stdout.write(`${added}  ${root}  ${name}\n`);
    });
}

function inWords({ model, library, candidates, findings, mixtures }: ScanRecord): string {
  const { compared, candidates: all, weights, paid, signed } = library;
  const held = weights > 0 ? `, the weights of ${weights} at hand` : "";
  const as = signed ? " of a library as signed" : "";
  const lines = [`${model.name}: ${compared} of ${all} candidates${as} compared${held}, ${paid} comparisons paid for`];
  if (findings.length === 0) lines.push("None of these: no candidate's weights are shown to be an ancestor's.");
  for (const c of candidates.slice(0, Math.max(SHOWN, findings.length))) {
    const p =
      c.log10P === null
        ? `not compared: ${c.notCompared}`
        : `log10 p ${c.log10P.toFixed(2)}, ${c.outcome}, by its ${c.by}`;
    const alike = c.configuration
      ? `; configuration alike in ${c.configuration.same} of ${c.configuration.stated}`
      : "";
    const start =
      c.commonStartLog10P === null
        ? ""
        : `; units in one order (log10 p ${c.commonStartLog10P.toFixed(2)}), as a common start gives them too`;
    const since = c.committed ? `; existed by ${new Date(1000 * c.committed.time).toISOString().slice(0, 10)}` : "";
    lines.push(`  ${c.name}: ${p}${start}${alike}${since}`);
  }
  for (const { of, shares, left, leftAlone } of mixtures)
    lines.push(
      `Put together: rows of its MLPs are ${shares[0].toFixed(2)} of ${of[0]} and ${shares[1].toFixed(2)} of ${of[1]}, layer by layer; ${percent(left)} of them is neither's (${percent(leftAlone)} with the nearer one alone). The two started apart, so one common start does not explain both.`,
    );
  return `${lines.join("\n")}\n`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function threadsArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64) throw new InvalidArgumentError("expected 1 to 64.");
  return n;
}
