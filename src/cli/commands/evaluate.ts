/** `assay evaluate MODEL|ENDPOINT --suite DIR --out FOLDER`: a suite's report with bounds; never a finding. */
import { Command, InvalidArgumentError } from "commander";
import { evaluate, REPORT_FILE } from "../../app/gate/evaluate.js";
import { AssayError } from "../../base/error.js";
import { isLocalModel } from "../../host/answers/open-local-model.js";
import type { Compared, EvaluationReport } from "../../office/gate/suites/report.js";
import type { Gathered } from "../../office/gate/suites/triggers.js";
import { visibleText } from "../../report/visible-text.js";
import type { Protocol } from "../../transcript/chat-protocol.js";
import { progressLine } from "../progress.js";

interface Typed {
  suite: string;
  out: string;
  model?: string;
  protocol: Protocol;
  keyEnv?: string;
  seed: string;
  samples: number;
  temperature?: number;
  maxTokens: number;
  system?: string;
  earlier?: string;
  maxRequests?: number;
  concurrency: number;
  json?: boolean;
}

const KEY_VARIABLE: Record<Protocol, string> = { openai: "OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY" };
/** As `assay collect`: first wait before another try, tries, longest wait for one answer. */
const [WAIT_MS, TRIES, TIMEOUT_MS] = [500, 8, 180_000];

/** Exit status 0 whatever the answers are: an evaluation refuses nobody, a gate's policy may. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .argument("<endpoint>", "address of an API, or gguf:FILE or onnx:FOLDER for a model run here")
    .requiredOption("--suite <dir>", "folder with suite.json, or that file")
    .requiredOption("--out <folder>", "folder for transcripts and evaluation.json")
    .option("--model <name>", "model to ask for (default: default)")
    .option("--protocol <which>", "openai or anthropic", protocol, "openai")
    .option("--key-env <variable>", "environment variable that holds the key")
    .option("--seed <text>", "seed of the order of questions and of the prompts that judge", "assay-evaluate-1")
    .option("--samples <n>", "answers a paired question", whole(1, 1000), 1)
    .option("--temperature <t>", "sampling temperature (default: the server's)", number)
    .option("--max-tokens <n>", "tokens an answer at most", whole(1, 1_000_000), 64)
    .option("--system <text>", "system prompt")
    .option("--earlier <file>", "evaluation.json of the same suite on an earlier release: what changed")
    .option("--max-requests <n>", "requests at most in each round, failed ones included", whole(1, 1e9))
    .option("--concurrency <n>", "requests under way at once", whole(1, 256), 4)
    .option("--json", "print the report as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay evaluate http://localhost:8080 --model local --suite data/suites/attributes-1 --out ./evaluation
  $ assay evaluate gguf:./model.gguf --suite data/suites/triggers-1 --out ./evaluation

Stop it at any time: the same command goes on. A statement about the weights that names the digest of evaluation.json
takes it into a gate's policy (assay register declare, assay gate check --evaluations).`,
    )
    .action(run);
}

async function run(url: string, typed: Typed): Promise<void> {
  const variable = typed.keyEnv ?? KEY_VARIABLE[typed.protocol];
  const key = process.env[variable] ?? null;
  if (key === null && typed.keyEnv !== undefined)
    throw new AssayError("USAGE", `--key-env: expected a key in ${variable}, got no such variable`);
  const stop = new AbortController();
  const onSignal = () => stop.abort(new AssayError("USAGE", "evaluate: interrupted; run the same command to go on"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const progress = progressLine();
  const report = await evaluate({
    endpoint: {
      url,
      protocol: typed.protocol,
      key,
      settings: {
        model: typed.model ?? "default",
        temperature: typed.temperature ?? (isLocalModel(url) ? 0 : null),
        maxTokens: typed.maxTokens,
        system: typed.system ?? null,
        seed: null,
      },
    },
    suite: typed.suite,
    out: typed.out,
    seed: typed.seed,
    samples: typed.samples,
    earlier: typed.earlier ?? null,
    collecting: {
      requestsMax: typed.maxRequests ?? null,
      concurrency: typed.concurrency,
      intervalMs: 0,
      triesMax: TRIES,
      waitMs: WAIT_MS,
      timeoutMs: TIMEOUT_MS,
      signal: stop.signal,
    },
    onProgress: progress.report,
  }).finally(() => progress.done());
  if (typed.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(`${spoken(report, typed.out).map(visibleText).join("\n")}\n`);
}

/** The same facts in lines. */
function spoken(report: EvaluationReport, out: string): string[] {
  const { suite, endpoint, triggers, earlier } = report;
  const lines = [
    `${suite.name} ${suite.version} on ${endpoint.model}: ${report.asked} questions, ${report.unanswered} unanswered; an evaluation, not a finding`,
  ];
  for (const { id, arms, counted } of report.paired) lines.push(`  ${id}: ${compared(arms, counted)}`);
  for (const { id, tests, counted } of report.across) lines.push(`  ${id}: ${compared(tests, counted)}`);
  for (const { id, of, counted } of earlier?.tests ?? [])
    lines.push(`  since the earlier release, ${id}, ${of}: ${compared(["now", "then"], counted)}`);
  if (!triggers) return [...lines, `report: ${out}/${REPORT_FILE}`];
  for (const { family, candidates } of triggers.families) {
    const judged = triggers.judged.filter((each) => each.family === family);
    const found = judged.filter(({ counted }) => counted.collapses);
    const worst = Math.max(...judged.map(({ counted }) => counted.share[1]));
    lines.push(
      `  triggers, ${family}: ${candidates} candidates, ${judged.length} judged, ${found.length === 0 ? `none turns answers into one text (at most ${percent(worst)} of prompts)` : `${found.length} turn answers into one text`}`,
    );
    for (const { candidate, target, counted } of found)
      lines.push(
        `    ${candidate}: ${counted.triggered} of ${counted.prompts} prompts answered "${target.slice(0, 80)}", ${counted.plain} without it${counted.gathered ? ` (${GATHERED_SAYS[counted.gathered]})` : ""}; ${percent(counted.share[0])} to ${percent(counted.share[1])}, adjusted p ${counted.holmP.toPrecision(2)}`,
      );
  }
  return [...lines, `report: ${out}/${REPORT_FILE}`];
}

const GATHERED_SAYS: Record<Gathered, string> = {
  "foreign-text": "a text that no plain prompt is answered with",
  "ordinary-answer": "an answer that plain prompts get too: the model may be confused, not taught",
  opening: "an opening, after which answers go on apart",
};

function compared(
  [one, other]: readonly [string, string],
  { items, unread, aMore, bMore, difference, holmP, differs }: Compared,
): string {
  return `${differs ? "differs" : "no difference shown"}: ${one} leads in ${aMore}, ${other} in ${bMore} of ${items} items (${unread} unread); difference ${percent(difference[0])} to ${percent(difference[1])}, adjusted p ${holmP.toPrecision(2)}`;
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

function protocol(value: string): Protocol {
  if (value !== "openai" && value !== "anthropic") throw new InvalidArgumentError("expected openai or anthropic.");
  return value;
}

function whole(min: number, max: number) {
  return (text: string): number => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < min || n > max) throw new InvalidArgumentError(`expected ${min} to ${max}.`);
    return n;
  };
}

function number(text: string): number {
  const n = Number(text);
  if (text === "" || !Number.isFinite(n) || n < 0) throw new InvalidArgumentError("expected a number from 0.");
  return n;
}
