/** `assay register declare`: guided and filled in advance on a terminal; by answers file and flags without one. */
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import {
  assertName,
  gatherDrafts,
  modelRoot,
  readAnswers,
  readSigner,
  signDeclaration,
  signedRoot,
} from "../../../app/register/declare.js";
import { appendDeclarations } from "../../../app/register/register.js";
import { AssayError, quoted } from "../../../base/error.js";
import { unixSeconds } from "../../../host/moment.js";
import { writeNewFile } from "../../../host/small-file.js";
import type { Drafts } from "../../../office/register/declarations/draft.js";
import { KIND_NAMES, type Kind } from "../../../office/register/declarations/kinds.js";
import { answered, placeOf, QUESTIONS } from "../../../office/register/declarations/questions.js";
import { checkedPredicate, type Subject } from "../../../office/register/declarations/statement.js";
import { idOfUri, type ModelId } from "../../../office/register/declarations/vocabulary.js";
import { progressLine } from "../../progress.js";

/** What a publisher is asked for when nothing else is said. */
const USUAL: readonly Kind[] = ["derivation", "origin", "training-content"];
const DOES_NOT_HOLD = 3;

interface Options {
  name: string;
  kind: Kind[];
  uri?: string;
  byName?: boolean;
  signature?: string;
  card?: string;
  dataset: string[];
  answers?: string;
  set: string[];
  draft?: string;
  privateKey?: string;
  password?: string;
  out?: string;
  register?: string;
  keys?: string;
  witnesses?: string;
  json?: boolean;
}

/** Without a terminal nothing is asked: what is missing is a fault with its name. */
export function declareCommand(): Command {
  return new Command("declare")
    .description("Declare where a model comes from: filled in from its folder, asked on a terminal, signed.")
    .argument("<model>", "model folder or file; with --by-name any word, as nothing is read")
    .requiredOption("--name <maker/model>", "the name it is published under, in ASCII")
    .option(
      "--kind <kind>",
      `one of ${KIND_NAMES.join(", ")}; may be repeated (default: ${USUAL.join(", ")}, and what --answers holds)`,
      kinds,
      [],
    )
    .option("--uri <address>", "where it is published")
    .option("--by-name", "its files are not at hand: it is known by --uri alone, and shown so")
    .option("--signature <file>", "take the root digest from this model signature instead of hashing the files")
    .option("--card <file>", "model card (default: README.md in the folder)")
    .option("--dataset <folder>", "data set folder, named and hashed; may be repeated", several, [])
    .option("--answers <file>", "JSON of kinds and their fields, laid over what the folder says")
    .option("--set <kind.field=value>", "one answer, as JSON or plain text; may be repeated", several, [])
    .option("--draft <file>", "write what was gathered as an answers file, and stop")
    .option("--private-key <file>", "EC private key in PEM, as for register sign")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--out <folder>", "write each signed declaration into this folder")
    .option("--register <log>", "append to this register: its folder, or s3://bucket/prefix with --keys")
    .option("--keys <file>", "the log's private keys, where it lies in a bucket")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record a declaration as JSON; asks nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ assay register declare ./model --name northwind/lm-7b --draft answers.json       # what is known, to be completed
  $ assay register declare ./model --name northwind/lm-7b --answers answers.json --private-key key.pem --register ./log
  $ assay register declare ./model --name northwind/lm-7b --kind withdrawal --set withdrawal.reason="weights leaked" \\
      --private-key key.pem --register ./log`,
    )
    .action(run);
}

async function run(model: string, options: Options): Promise<void> {
  assertName(options.name);
  const progress = progressLine();
  const onProgress = (done: number, total: number) => progress.report({ stage: "hashing", done, total });
  const subject = await subjectOf(model, options, onProgress).finally(() => progress.done());
  const now = `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`;
  const folder = (await stat(model).catch(() => null))?.isDirectory() ? model : null;
  const gathered = await gatherDrafts({
    folder,
    subject,
    card: options.card ?? null,
    datasets: options.dataset,
    now,
    onProgress,
    onLeft: (paths) => process.stderr.write(paths.map((path) => `model card, not carried over: ${path}\n`).join("")),
  }).finally(() => progress.done());
  const answers = options.answers ? await readAnswers(options.answers) : {};
  const asked =
    options.kind.length > 0 ? options.kind : [...new Set<Kind>([...USUAL, ...(Object.keys(answers) as Kind[])])];
  let predicates = Object.fromEntries(
    asked.map((kind) => [
      kind,
      answers[kind] ??
        gathered[kind as keyof Drafts] ??
        (kind === "withdrawal" ? { issued: now, withdraws: null } : { issued: now }),
    ]),
  ) as Record<string, unknown>;
  for (const setting of options.set) predicates = withSetting(predicates, setting);
  const guided = process.stdin.isTTY && !options.json && !options.answers && !options.draft;
  if (guided) predicates = withDependencies(await ask(predicates));
  else if (!options.draft && !options.answers && options.set.length === 0 && options.kind.length === 0)
    process.stderr.write('nothing was asked, as there is no terminal: what the folder does not say is "not stated"\n');
  if (options.draft) {
    await writeNewFile(options.draft, new Uint8Array(Buffer.from(`${JSON.stringify(predicates, null, 2)}\n`)));
    process.stderr.write(`what is known of ${subject.id} is in ${options.draft}; null means "not stated"\n`);
    return;
  }
  // All are checked before one is signed.
  const checked = asked.map((kind) => ({
    kind,
    predicate: checkedPredicate(kind, predicates[kind], `declare: ${kind}`),
  }));
  if (!options.privateKey)
    throw new AssayError("USAGE", "declare: expected --private-key, or --draft to stop before signing");
  const signer = await readSigner(options.privateKey, options.password);
  const made = checked.map(({ kind, predicate }) => ({ kind, ...signDeclaration(subject, kind, predicate, signer) }));
  if (options.out)
    for (const { kind, bundle, signed } of made)
      await writeNewFile(`${options.out}/${kind}-${signed.statement.slice(7, 19)}.declaration.json`, bundle);
  const entered = options.register
    ? await appendDeclarations(
        options.register,
        made.map(({ bundle }) => bundle),
        options.witnesses ? await readPolicyFile(options.witnesses) : null,
        undefined,
        undefined,
        options.keys,
      )
    : null;
  for (const [i, { kind, signed }] of made.entries()) {
    const result = entered?.[i];
    const index = result?.admitted ? result.index : null;
    const refusal = result && !result.admitted ? { reason: result.reason, says: result.says } : null;
    if (options.json)
      print({
        type: "assay/declaration/v1",
        kind,
        model: subject.id,
        name: subject.name,
        statement: signed.statement,
        bundle: signed.bundle,
        key: signed.keyId,
        entry: index,
        refusal,
      });
    else
      process.stdout.write(
        `${kind}: ${refusal ? `refused (${refusal.says})` : index === null ? "signed" : `entry ${index}`} ${signed.statement}\n`,
      );
    if (refusal) process.exitCode = DOES_NOT_HOLD;
  }
}

async function subjectOf(
  model: string,
  options: Options,
  onProgress: (done: number, total: number) => void,
): Promise<Subject> {
  const uri = options.uri ?? null;
  if (options.byName) {
    if (uri === null) throw new AssayError("USAGE", "declare: expected --uri beside --by-name");
    return { name: options.name, id: idOfUri(uri), uri };
  }
  const root = options.signature ? await signedRoot(options.signature) : await modelRoot(model, onProgress);
  return { name: options.name, id: `sha256:${root}` as ModelId, uri };
}

/** `kind.field.field=value`; a value that is JSON is taken as such. */
function withSetting(predicates: Record<string, unknown>, setting: string): Record<string, unknown> {
  const [, place, text] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  const [kind, ...at] = (place ?? "").split(".");
  if (text === undefined || at.length === 0 || !(kind! in predicates))
    throw new AssayError(
      "USAGE",
      `declare: expected --set kind.field=value of a kind declared here, got ${quoted(setting)}`,
    );
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Plain text.
  }
  // Numbers that the schemas hold as text, such as FLOP and decimals.
  if (typeof value === "number") value = /^-?[0-9]+$/.test(text) && at.at(-1) === "steps" ? value : text;
  return answered(predicates, [kind!, ...at], value);
}

async function ask(predicates: Record<string, unknown>): Promise<Record<string, unknown>> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let value = predicates;
  process.stderr.write("Enter keeps what stands in brackets. Null means: not stated.\n");
  try {
    for (const { kind, at, ask: words, read } of QUESTIONS) {
      if (!(kind in value)) continue;
      for (;;) {
        const held = JSON.stringify(placeOf(value[kind], at) ?? null);
        const answer = (await lines.question(`${words} [${held}] `)).trim();
        if (answer === "") break;
        const next = answered(value, [kind, ...at], read(answer));
        try {
          checkedPredicate(kind, next[kind], kind);
          value = next;
          break;
        } catch (error) {
          // Two fields may hang together (a base and its relation): a fault elsewhere is for later.
          const { message } = error as Error;
          if (!message.includes(at[0]!)) {
            value = next;
            break;
          }
          process.stderr.write(`  ${message}\n`);
        }
      }
    }
  } finally {
    lines.close();
  }
  return value;
}

/** The summary of training content names the same bases, unless it names others. */
function withDependencies(predicates: Record<string, unknown>): Record<string, unknown> {
  const at = ["training-content", "general", "dependencies"];
  const [bases, named] = [placeOf(predicates, ["derivation", "bases"]), placeOf(predicates, at)];
  return Array.isArray(bases) && Array.isArray(named) && named.length === 0
    ? answered(predicates, at, bases)
    : predicates;
}

function kinds(value: string, before: Kind[]): Kind[] {
  if (!(KIND_NAMES as string[]).includes(value))
    throw new AssayError("USAGE", `declare: expected --kind ${KIND_NAMES.join(", ")}; got ${quoted(value)}`);
  return [...before, value as Kind];
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
