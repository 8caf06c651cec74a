/** `assay membership plan|texts|publish`: what is drawn and committed before a model is trained, and what is scored after. */
import { randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { fromUtf8, hex, utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { CANDIDATES_MAX, CANDIDATES_MIN, PLAN_BYTES_MAX, SETS_MAX } from "../method.js";
import {
  checkPlan,
  committed,
  type DrawnPlan,
  drawnCanaries,
  orderOf,
  type Plan,
  readPlan,
  textsToScore,
} from "../plan/plan.js";

/** `assay membership` with its plans, the texts to score and what is to be published. */
export function membershipCommand(): Command {
  const command = new Command("membership").description(
    "Draw and commit canaries, shuffled orders or a training order before a model is trained; list the texts to score after.",
  );
  command.addCommand(planCommand());
  command
    .command("texts")
    .description(
      "The texts that a model is to score, one JSON line each: id and text. Ids do not say which were published.",
    )
    .argument("<plan>", "the plan")
    .addHelpText("after", "\nExample:\n  $ assay membership texts plan.json > texts.jsonl")
    .action(async (path: string) => {
      for (const row of textsToScore(await planAt(path))) process.stdout.write(`${JSON.stringify(row)}\n`);
    });
  command
    .command("publish")
    .description(
      "What the plan has drawn: the canaries to publish, or the texts in the order of training, one JSON line each.",
    )
    .argument("<plan>", "the plan")
    .addHelpText("after", "\nExample:\n  $ assay membership publish plan.json > canaries.jsonl")
    .action(async (path: string) => {
      const plan = await planAt(path);
      for (const text of published(plan)) process.stdout.write(`${JSON.stringify({ text })}\n`);
    });
  return command;
}

function planCommand(): Command {
  const plan = new Command("plan").description(
    "Draw a plan from a fresh secret seed; prints its commitment, to be published and dated.",
  );
  const out = (command: Command) =>
    command
      .requiredOption("--name <name>", "what the plan is called in findings")
      .requiredOption("--out <file>", "a new file, to be kept secret until it is opened")
      .option("--seed <hex>", "64 hexadecimal digits instead of a fresh seed", seedText);
  out(plan.command("canary"))
    .description("Sets of texts of which one each is drawn to be published: made-up codes, or versions of your own.")
    .option("--sets <n>", "how many canaries", whole(1, SETS_MAX), 8)
    .option("--among <n>", "texts in a set, the published one among them", whole(CANDIDATES_MIN, CANDIDATES_MAX), 200)
    .option("--letters <n>", "letters of a made-up code", whole(8, 200), 24)
    .option(
      "--versions <file>",
      "instead of codes: JSON Lines, each an array of texts of equal standing, such as rephrasings",
    )
    .addHelpText("after", "\nExample:\n  $ assay membership plan canary --name northwind --out plan.json")
    .action(async (options: Common & { sets: number; among: number; letters: number; versions?: string }) => {
      const seed = options.seed ?? hex(randomBytes(32));
      const sets = options.versions === undefined ? codes(seed, options) : await versions(options.versions);
      await write({ type: "assay/membership-plan/v1", kind: "canary", name: options.name, seed, sets }, options.out);
    });
  out(plan.command("exchange"))
    .description("A data set's lines in their published order, and shuffled orders of each of its shards.")
    .requiredOption("--lines <file>", "the data set, one example a line, in the order in which it is published")
    .option("--shards <n>", "how many", whole(1, SETS_MAX), 10)
    .option(
      "--among <n>",
      "orders of a shard, the published one among them",
      whole(CANDIDATES_MIN, CANDIDATES_MAX),
      100,
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ assay membership plan exchange --name benchmark --lines items.txt --out plan.json",
    )
    .action(
      async ({
        name,
        seed,
        out: to,
        lines: path,
        shards,
        among: orders,
      }: Common & { lines: string; shards: number; among: number }) => {
        const lines = await linesOf(path);
        await write(
          {
            type: "assay/membership-plan/v1",
            kind: "exchange",
            name,
            seed: seed ?? hex(randomBytes(32)),
            lines,
            shards,
            orders,
          },
          to,
        );
      },
    );
  out(plan.command("order"))
    .description("Texts, and an order drawn for training on them.")
    .requiredOption("--lines <file>", "one text a line")
    .addHelpText("after", "\nExample:\n  $ assay membership plan order --name run-7 --lines corpus.txt --out plan.json")
    .action(async ({ name, seed, out: to, lines: path }: Common & { lines: string }) => {
      const lines = await linesOf(path);
      await write(
        { type: "assay/membership-plan/v1", kind: "order", name, seed: seed ?? hex(randomBytes(32)), texts: lines },
        to,
      );
    });
  return plan;
}

interface Common {
  name: string;
  out: string;
  seed?: string;
}

async function write(drawn: DrawnPlan, out: string): Promise<void> {
  const plan = committed(drawn);
  checkPlan(plan, "membership plan");
  await writeNewFile(out, utf8(`${JSON.stringify(plan)}\n`), true);
  process.stdout.write(`${plan.commitment}\n`);
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

function published(plan: Plan): readonly string[] {
  if (plan.kind === "canary") return drawnCanaries(plan).map((at, set) => plan.sets[set]![at]!);
  return plan.kind === "exchange" ? plan.lines : orderOf(plan).map((i) => plan.texts[i]!);
}

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got ${quoted(text)}`);
  };
}

function seedText(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError(`expected 64 hexadecimal digits, got ${quoted(text)}`);
}
