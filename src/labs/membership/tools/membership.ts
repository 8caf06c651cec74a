/** `assay membership plan|draw|texts|publish`: what is committed and drawn before a model is trained, and what is scored after. */
import { Command, InvalidArgumentError } from "commander";
import { drawAsked, drawNote, roundNumber } from "../../../app/log/drawing.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { digestOfFile } from "../../../host/find-files.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { CANDIDATES_MAX, CANDIDATES_MIN, DOCUMENTS_MIN, PLAN_BYTES_MAX, SETS_MAX, SIDE_MIN } from "../method.js";
import {
  committed,
  type DrawnPlan,
  PLAN_TYPE,
  type Plan,
  publishedTexts,
  readPlan,
  textsToScore,
} from "../plan/plan.js";
import { scoreCommand } from "./score.js";

/** `assay membership` with its plans, the texts to score and what is to be published. */
export function membershipCommand(): Command {
  const command = new Command("membership").description(
    "Commit to canaries, phrasings, a data set or a training order, draw by a public beacon, list the texts to score.",
  );
  command.addCommand(planCommand());
  command.addCommand(scoreCommand());
  command
    .command("draw")
    .description(
      "Put the signature of the plan's round into it, once the round is out: what is published follows from it.",
    )
    .argument("<plan>", "the plan")
    .requiredOption(
      "--signature <hex>",
      `of the plan's round, 96 digits: https://api.drand.sh/v2/beacons/quicknet/rounds/ROUND has it`,
    )
    .requiredOption("--out <file>", "a new file for the drawn plan, to be kept secret until it is opened")
    .addHelpText("after", "\nExample:\n  $ assay membership draw plan.json --signature b75c69d0… --out drawn.json")
    .action(async (path: string, { signature, out: to }: { signature: string; out: string }) => {
      const plan = { ...(await planAt(path)), signature: signature.toLowerCase() };
      const bytes = utf8(`${JSON.stringify(plan)}\n`);
      readPlan(bytes, path);
      await writeNewFile(to, bytes, true);
    });
  command
    .command("texts")
    .description(
      "The texts that a model is to score, one JSON line each: id and text. Ids do not say which were published.",
    )
    .argument("<plan>", "the plan")
    .addHelpText("after", "\nExample:\n  $ assay membership texts drawn.json > texts.jsonl")
    .action(async (path: string) => {
      for (const row of textsToScore(await planAt(path))) process.stdout.write(`${JSON.stringify(row)}\n`);
    });
  command
    .command("publish")
    .description(
      "What the plan has drawn: the canaries to publish, or the texts in the order of training, one JSON line each.",
    )
    .argument("<plan>", "the plan")
    .addHelpText("after", "\nExample:\n  $ assay membership publish drawn.json > canaries.jsonl")
    .action(async (path: string) => {
      const plan = await planAt(path);
      for (const text of publishedTexts(plan)) process.stdout.write(`${JSON.stringify({ text })}\n`);
    });
  return command;
}

function planCommand(): Command {
  const plan = new Command("plan").description(
    "Fix a plan and the round that will draw; prints its commitment, a line to be appended to a witnessed log before that.",
  );
  const out = (command: Command) =>
    command
      .requiredOption("--name <name>", "what the plan is called in findings")
      .requiredOption("--out <file>", "a new file, to be kept secret until it is opened")
      .option("--round <number>", "of drand's quicknet, that draws (default: the first an hour from now)", roundNumber)
      .option("--seed <hex>", "a rehearsal: 64 hexadecimal digits that draw, in place of a round");
  out(plan.command("canary"))
    .description("Sets of texts of which one each is drawn to be published: made-up codes, or versions of your own.")
    .option("--sets <n>", "how many canaries", whole(1, SETS_MAX), 8)
    .option("--among <n>", "texts in a set, the published one among them", whole(CANDIDATES_MIN, CANDIDATES_MAX), 200)
    .option("--letters <n>", "letters of a made-up code", whole(8, 200), 24)
    .option(
      "--versions <file>",
      "instead of codes: JSON Lines, each an array of texts of equal standing, such as rephrasings",
    )
    .addHelpText(
      "after",
      `
Example:
  $ assay membership plan canary --name northwind --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof`,
    )
    .action(async (options: Common & { sets: number; among: number; letters: number; versions?: string }) => {
      const start = startOf(options);
      const sets = options.versions === undefined ? codes(start.secret, options) : await versions(options.versions);
      await write({ ...start, kind: "canary", sets }, options.out);
    });
  out(plan.command("exchange"))
    .description("A data set's lines; of each shard one order is drawn, among others, in which it is to be published.")
    .requiredOption("--lines <file>", "the data set, one example a line")
    .option("--as-published", "it is published, in the order of the file: no outcome but an exhibit can come of it")
    .option("--shards <n>", "how many", whole(1, SETS_MAX), 10)
    .option(
      "--among <n>",
      "orders of a shard, the published one among them",
      whole(CANDIDATES_MIN, CANDIDATES_MAX),
      100,
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ assay membership plan exchange --name benchmark --lines items.txt --out plan.json > commitment.txt",
    )
    .action(async (options: Common & { lines: string; shards: number; among: number; asPublished?: boolean }) => {
      const { lines: path, shards, among: orders, asPublished = false } = options;
      const lines = await linesOf(path);
      await write({ ...startOf(options), kind: "exchange", lines, asPublished, shards, orders }, options.out);
    });
  out(plan.command("order"))
    .description("Texts, and the round that draws the order for training on them.")
    .requiredOption("--lines <file>", "one text a line")
    .option(
      "--stranger <scores>",
      "scores of a model that knows nothing of the order, to compare with: fixed by the plan",
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ assay membership plan order --name run-7 --lines corpus.txt --out plan.json > commitment.txt",
    )
    .action(async (options: Common & { lines: string; stranger?: string }) => {
      const texts = await linesOf(options.lines);
      const reference = options.stranger === undefined ? null : await digestOfFile(options.stranger);
      await write({ ...startOf(options), kind: "order", texts, reference }, options.out);
    });
  out(plan.command("stamp"))
    .description(
      `Documents in several phrasings, one of each drawn to be published (STAMP). Conditional: never more than uncalibrated; ${DOCUMENTS_MIN} documents or more.`,
    )
    .requiredOption("--versions <file>", "JSON Lines, each an array of phrasings of one document, two or more")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay membership plan stamp --name essays --versions phrasings.jsonl --out plan.json > commitment.txt",
    )
    .action(async (options: Common & { versions: string }) => {
      await write({ ...startOf(options), kind: "stamp", sets: await versions(options.versions) }, options.out);
    });
  out(plan.command("inference"))
    .description(
      `Published texts against texts that were held out (dataset inference). Conditional: never more than uncalibrated; ${SIDE_MIN} of each or more.`,
    )
    .requiredOption("--lines <file>", "what was published, one text a line")
    .requiredOption("--held-out <file>", "what was held out, of the same distribution, one text a line")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay membership plan inference --name corpus --lines train.txt --held-out kept.txt --out plan.json > commitment.txt",
    )
    .action(async (options: Common & { lines: string; heldOut: string }) => {
      const [published, heldOut] = [await linesOf(options.lines), await linesOf(options.heldOut)];
      await write({ ...startOf(options), kind: "inference", published, heldOut }, options.out);
    });
  return plan;
}

interface Common {
  name: string;
  out: string;
  round?: number;
  seed?: string;
}

function startOf({ name, ...asked }: Common) {
  return { type: PLAN_TYPE, name, ...drawAsked(asked) } as const;
}

async function write(drawn: DrawnPlan, out: string): Promise<void> {
  const plan = committed(drawn);
  const bytes = utf8(`${JSON.stringify(plan)}\n`);
  readPlan(bytes, "membership plan");
  await writeNewFile(out, bytes, true);
  process.stdout.write(`${plan.commitment}\n`);
  process.stderr.write(drawNote(plan.round, "assay membership draw"));
}

/** Codes that nobody writes by chance, candidates drawn as the published ones are. */
function codes(seed: string, { sets, among, letters }: { sets: number; among: number; letters: number }): string[][] {
  const source = prng("assay/membership-codes/v1", seed);
  const letter = () => "abcdefghijklmnopqrstuvwxyz"[source.below(26)]!;
  return Array.from({ length: sets }, () =>
    Array.from({ length: among }, () => Array.from({ length: letters }, letter).join("")),
  );
}

async function versions(path: string): Promise<string[][]> {
  return (await linesOf(path)).map((line, i) => {
    const set: unknown = JSON.parse(line);
    if (!Array.isArray(set) || set.some((each) => typeof each !== "string"))
      throw new AssayError("FORMAT", `${path}, line ${i + 1}: expected an array of texts`);
    return set as string[];
  });
}

async function linesOf(path: string): Promise<string[]> {
  return fromUtf8(await readSmallFile(path, PLAN_BYTES_MAX), path)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
}

async function planAt(path: string): Promise<Plan> {
  return readPlan(await readSmallFile(path, PLAN_BYTES_MAX), path);
}

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got ${quoted(text)}`);
  };
}
