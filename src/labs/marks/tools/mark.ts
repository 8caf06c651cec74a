/** `assay mark …`: make marks, put them into text and weights, serve with them, plan tests and canaries. */
import { createInterface } from "node:readline";
import { Command, InvalidArgumentError, Option } from "commander";
import { AssayError } from "../../../base/error.js";
import { earlierFlag } from "../../../cli/flags/earlier.js";
import { lineMarker, openOwnMark } from "../desk/apply-mark.js";
import { makeMark } from "../desk/make-mark.js";
import { tuplesNeeded } from "../text/sample-size.js";
import { markCanariesCommand } from "./mark-canaries.js";
import { markCredentialsCommand } from "./mark-credentials.js";
import { markDetectCommand } from "./mark-detect.js";
import { markCommitCommand, markDrawCommand } from "./mark-draw.js";
import { markRingCommand } from "./mark-ring.js";
import { markServeCommand } from "./mark-serve.js";
import { markWeightsCommand } from "./mark-weights.js";

/** All verbs below `mark`. */
export function markCommand(): Command {
  return new Command("mark")
    .addCommand(newCommand())
    .addCommand(applyCommand())
    .addCommand(planCommand())
    .addCommand(markRingCommand())
    .addCommand(markCanariesCommand())
    .addCommand(markCommitCommand())
    .addCommand(markDrawCommand())
    .addCommand(earlierFlag(markWeightsCommand(), "--key <file>", "--recipients"))
    .addCommand(markServeCommand())
    .addCommand(markDetectCommand())
    .addCommand(markCredentialsCommand());
}

interface NewOptions {
  out: string;
  master: string;
  mode: "tournament" | "biased";
  customer: string;
  period: string;
  vocabulary: number;
  tokenizer?: string;
  contextWidth?: number;
  gamma?: number;
  delta?: number;
}

function newCommand(): Command {
  return new Command("new")
    .description("Make a mark file for one customer and period, and the commitment to publish before serving.")
    .requiredOption("--out <dir>", "folder for MARK.json (secret) and COMMITMENT.json (to publish)")
    .requiredOption("--master <file>", "master key, 64 hexadecimal digits; made where it does not exist")
    .requiredOption("--customer <name>", "whose traffic carries it")
    .requiredOption("--period <name>", "for how long, for example 2026-11")
    .requiredOption("--vocabulary <n>", "tokens of the model", wholeNumber)
    .addOption(
      new Option("--mode <mode>", "tournament keeps the model's distribution; biased is stronger")
        .choices(["tournament", "biased"])
        .default("tournament"),
    )
    .option("--tokenizer <file>", "tokenizer.json, named in the mark by its digest")
    .option("--context-width <n>", "ids that seed the next token's draw", wholeNumber)
    .option("--gamma <share>", "biased mode: share of green tokens", positive)
    .option("--delta <logit>", "biased mode: what green tokens gain", positive)
    .addHelpText(
      "after",
      `
Examples:
  $ assay mark new --out marks/acme-2026-11 --master master.key --customer acme --period 2026-11 --vocabulary 128256
  $ assay mark new --out m --master master.key --customer acme --period 2026-11 --vocabulary 128256 --mode biased --delta 2`,
    )
    .action(async (o: NewOptions) => {
      const parameters = Object.fromEntries(
        Object.entries({ context_width: o.contextWidth, gamma: o.gamma, delta: o.delta }).filter(
          ([, v]) => v !== undefined,
        ),
      ) as Record<string, number>;
      const { mode: variant, tokenizer, ...rest } = o;
      const { out, master, customer, period, vocabulary } = rest;
      const made = { out, master, customer, period, vocabulary, variant, parameters };
      process.stdout.write(await makeMark({ ...made, ...(tokenizer === undefined ? {} : { tokenizer }) }));
    });
}

function applyCommand(): Command {
  return new Command("apply")
    .description(
      "Mark steps of generation on standard input: a line of ids and logits in, the line of marked logits out.",
    )
    .requiredOption("--mark <file>", "mark file made by assay mark new")
    .addHelpText(
      "after",
      `
Example:
  $ printf '{"ids":[5,9,1,4],"logits":[[7,1.5],[8,1.2]]}\\n' | assay mark apply --mark MARK.json`,
    )
    .action(async ({ mark }: { mark: string }) => {
      const marked = lineMarker(await openOwnMark(mark));
      let number = 0;
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
        if (line.trim() !== "") process.stdout.write(`${marked(line, ++number)}\n`);
    });
}

function planCommand(): Command {
  return new Command("plan")
    .description(
      "How many distinct tuples an inheritance test needs, for a share of marked text in the suspect's training.",
    )
    .requiredOption("--share <share>", "share of marked text, 0 to 1", positive)
    .option(
      "--lift <rate>",
      "rise of the green rate were all of it marked (0.176: Sander et al. 2024, γ ¼, δ 3)",
      positive,
      0.176,
    )
    .option("--gamma <share>", "share of green tokens", positive, 0.25)
    .addHelpText(
      "after",
      `
Example:
  $ assay mark plan --share 0.05`,
    )
    .action(({ share, lift, gamma }: { share: number; lift: number; gamma: number }) => {
      if (share > 1 || gamma >= 1)
        throw new AssayError("USAGE", "mark plan: expected a --share of at most 1 and a --gamma below 1");
      process.stdout.write(
        `${JSON.stringify({ share, lift, gamma, log10Alpha: -6, needed: tuplesNeeded(gamma, lift, share) })}\n`,
      );
    });
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError("expected a whole number from 1.");
  return n;
}

function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0) || !Number.isFinite(n)) throw new InvalidArgumentError("expected a number above 0.");
  return n;
}
