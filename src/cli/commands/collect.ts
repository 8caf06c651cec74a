/** `assay collect --endpoint URL --prompts FILE --out FILE`: a transcript of what endpoints answer, or scores that models give. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Collection, collect, type Endpoint } from "../../app/collect.js";
import { SCORINGS } from "../../app/collect-scores.js";
import { collectStates, type StatesCollection } from "../../app/collect-states.js";
import { AssayError, quoted } from "../../base/error.js";
import { isLocalModel } from "../../host/answers/open-local-model.js";
import { asAssayError } from "../../host/files.js";
import type { Protocol } from "../../transcript/chat-protocol.js";
import { drawPrompts, type Prompt, readPromptSet } from "../../transcript/prompt-set.js";
import { progressLine } from "../progress.js";
import { spokenScores, type TypedScoring, typedScores } from "./collect-scores.js";

interface Options extends TypedScoring {
  score?: (typeof SCORINGS)[number] | typeof STATES;
  endpoint: string[];
  model: string[];
  out: string[];
  protocol: Protocol[];
  keyEnv: string[];
  count?: number;
  seed: string;
  samples: number;
  temperature?: number;
  maxTokens: number;
  system?: string;
  logprobs?: boolean;
  maxRequests?: number;
  maxCost?: number;
  priceIn?: number;
  priceOut?: number;
  concurrency: number;
  perMinute?: number;
  tries: number;
  timeout: number;
  json?: boolean;
}

/** Beside scores of items: what a model's inner states are like. */
const STATES = "states";

/** First wait before another try. */
const WAIT_MS = 500;

const KEY_VARIABLE: Record<Protocol, string> = { openai: "OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY" };

/** Exit status 1 where Ctrl-C stopped it: the same command goes on. */
export function collectCommand(): Command {
  return new Command("collect")
    .requiredOption(
      "--endpoint <url>",
      "address of the API, or gguf:FILE or onnx:FOLDER for a model run here; may be repeated, with --model and --out for each",
      list,
      [],
    )
    .requiredOption("--prompts <file>", "prompts: JSON Lines, a JSON list, or a prompt set of data/prompts")
    .requiredOption("--out <file>", "transcript to write, one an endpoint", list, [])
    .option("--model <name>", "model to ask for, one an endpoint", list, [])
    .option("--protocol <which>", "openai or anthropic, one an endpoint (default: openai)", protocols, [])
    .option("--key-env <variable>", "environment variable that holds the key, one an endpoint", list, [])
    .option("--count <n>", "ask only the first n prompts of the drawn order", whole(1, 1_000_000))
    .option("--seed <text>", "seed of the order of prompts and endpoints", "assay-collect-1")
    .option("--samples <n>", "answers a prompt", whole(1, 1000), 1)
    .option("--temperature <t>", "sampling temperature (default: the server's)", number)
    .option("--max-tokens <n>", "tokens an answer at most", whole(1, 1_000_000), 512)
    .option("--system <text>", "system prompt")
    .option("--logprobs", "ask for the probabilities of tokens and keep their mean (OpenAI protocol)")
    .option("--max-requests <n>", "requests at most, failed ones included", whole(1, 1e9))
    .option("--max-cost <amount>", "cost at most; needs --price-in and --price-out", number)
    .option("--price-in <amount>", "price of a million input tokens", number)
    .option("--price-out <amount>", "price of a million output tokens", number)
    .option("--concurrency <n>", "requests under way at once", whole(1, 256), 4)
    .option("--per-minute <n>", "requests a minute to each endpoint at most", number)
    .option("--tries <n>", "tries a request before the run stops", whole(1, 100), 8)
    .addOption(new Option("--timeout <seconds>", "longest wait for one answer").argParser(number).default(180))
    .addOption(
      new Option(
        "--score <how>",
        "scores of items in place of answers: reward (a head's logit) or odds (log-odds of the answer) by a model run here, pointwise or pairwise by a judge; --prompts then holds the items. Or states: how alike a model's inner states are from prompt to prompt, by layer",
      ).choices([...SCORINGS, STATES]),
    )
    .option("--judge-prompt <file>", "a judge's words, with {prompt} and {answer}, or {first} and {second}")
    .option("--label <name>", "with --score reward: of several labels, the good one")
    .option("--chat", "with --score odds or states: the prompt as a turn of the model's chat template")
    .option("--json", "print one record an endpoint as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay collect --endpoint http://localhost:8080 --model local --prompts data/prompts/general-1.json --out local.jsonl
  $ OPENAI_API_KEY=... assay collect --endpoint https://api.example.com/v1 --model m-1 --prompts p.jsonl --out m-1.jsonl --max-requests 200
  $ assay collect --prompts p.jsonl --seed 7f3a --max-cost 5 --price-in 3 --price-out 15 \\
      --endpoint https://a.example/v1 --model ours --out ours.jsonl --key-env OUR_KEY \\
      --endpoint https://b.example/v1 --model theirs --out theirs.jsonl --key-env THEIR_KEY

  $ assay collect --endpoint gguf:./model.gguf --prompts data/prompts/general-1.json --max-tokens 128 --out local.jsonl

  $ assay collect --endpoint onnx:./model --prompts data/prompts/general-1.json --max-tokens 128 --out local.jsonl

  $ assay collect --score pairwise --endpoint https://api.example.com/v1 --model judge-1 --prompts items.jsonl --out judge-1.jsonl
  $ assay collect --score odds --endpoint gguf:./model.gguf --prompts items.jsonl --out model.jsonl
  $ assay collect --score reward --endpoint onnx:./reward-model --prompts items.jsonl --out reward.jsonl
  $ assay collect --score states --endpoint onnx:./model --prompts data/prompts/states-1.json --out model.states.json

With --score, --prompts holds items, JSON Lines of {"probe", "prompt_id", "prompt", "item", "text"} (or RewardBench's pairs),
and --out gets the scores that are examined for shared preferences; see docs/scores.md. A judge is asked at temperature 0
unless told otherwise, pairwise in both orders; its replies lie in OUT.answers.jsonl.

--score states reads plain prompts and writes by layer of the residual stream the inner products of the prompts' mean
states, an exhibit beside the scores that are examined for shared preferences (docs/scores.md). Of ONNX folders alone:
llama.cpp gives out one layer. The file gives away no weight, and the states up to a rotation. It begins again where it
was stopped.

A GGUF file is run on the processor by node-llama-cpp 3, a folder with config.json, tokenizer.json and onnx/model.onnx
by Transformers.js 4; both are optional peers (npm install node-llama-cpp@3, npm install --ignore-scripts
@huggingface/transformers@4). Nothing is downloaded for either.
Keys come from the environment only and are written nowhere. Stop it at any time: the same command goes on where it was.
Raw responses lie under OUT.raw, named by digest; the transcript appears when every prompt is answered.`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.out.length !== options.endpoint.length)
    throw new AssayError(
      "USAGE",
      `collect: expected one --out for each --endpoint, got ${options.out.length} for ${options.endpoint.length}`,
    );
  if (new Set(options.out).size !== options.out.length)
    throw new AssayError("USAGE", "collect: expected different files in --out, got one twice");
  if (options.maxCost !== undefined && (options.priceIn === undefined || options.priceOut === undefined))
    throw new AssayError("USAGE", "collect: expected --price-in and --price-out with --max-cost");
  if (options.score && (options.count !== undefined || options.samples !== 1))
    throw new AssayError("USAGE", "collect: expected --score without --count and --samples: every item is scored once");
  if (options.score === STATES && (options.judgePrompt !== undefined || options.label !== undefined))
    throw new AssayError("USAGE", "collect: expected --score states without --judge-prompt and --label");
  const stop = new AbortController();
  const onSignal = () => stop.abort(new AssayError("USAGE", "collect: interrupted; run the same command to go on"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const progress = progressLine();
  const shared = {
    endpoints: options.endpoint.map((url, i) => endpointOf(url, i, options)),
    seed: options.seed,
    requestsMax: options.maxRequests ?? null,
    costMax: options.maxCost ?? null,
    prices:
      options.priceIn !== undefined && options.priceOut !== undefined
        ? { input: options.priceIn, output: options.priceOut }
        : null,
    concurrency: options.concurrency,
    intervalMs: options.perMinute ? 60_000 / options.perMinute : 0,
    triesMax: options.tries,
    waitMs: WAIT_MS,
    timeoutMs: options.timeout * 1000,
    signal: stop.signal,
    onProgress: progress.report,
  };
  const said = <T>(collections: readonly T[], words: (collection: T) => string) =>
    process.stdout.write(`${collections.map(options.json ? (c) => JSON.stringify(c) : words).join("\n")}\n`);
  try {
    if (options.score === STATES) {
      const { endpoints, signal, onProgress } = shared;
      const states = { endpoints, signal, onProgress, prompts: await promptsOf(options), chat: options.chat ?? false };
      said(await collectStates(states), spokenStates);
    } else if (options.score) said(await typedScores(options.score, options, shared), spokenScores);
    else said(await collect({ ...shared, prompts: await drawn(options), samples: options.samples }), spoken);
  } finally {
    progress.done();
  }
  if (stop.signal.aborted) process.exitCode = 1;
}

async function drawn(options: Options): Promise<Prompt[]> {
  return drawPrompts(await promptsOf(options), options.seed, options.count);
}

async function promptsOf({ prompts }: Options): Promise<Prompt[]> {
  const bytes = await readFile(prompts).catch((error) => {
    throw asAssayError(error, prompts, "--prompts");
  });
  return readPromptSet(bytes, quoted(basename(prompts)));
}

function spokenStates({ endpoint, prompts, layers, width, out, complete }: StatesCollection): string {
  if (!complete) return `${endpoint}: interrupted, nothing written; the same command begins again`;
  return `${endpoint}: ${prompts} prompts, ${layers} points of the residual stream, ${width} wide; complete: ${out}`;
}

function endpointOf(url: string, i: number, options: Options): Endpoint {
  const protocol = options.protocol[i] ?? "openai";
  const variable = options.keyEnv[i] ?? KEY_VARIABLE[protocol];
  const key = process.env[variable] ?? null;
  if (key === null && options.keyEnv[i] !== undefined)
    throw new AssayError("USAGE", `--key-env: expected a key in ${variable}, got no such variable`);
  return {
    url,
    protocol,
    out: options.out[i]!,
    key,
    settings: {
      model: options.model[i] ?? "default",
      // A server has its own default, which it does not tell; a model run here decodes greedily unless told otherwise.
      // A judge that draws its verdicts would be asked something else each time.
      temperature: options.temperature ?? (isLocalModel(url) || options.score ? 0 : null),
      maxTokens: options.maxTokens,
      system: options.system ?? null,
      seed: null,
      ...(options.logprobs ? { logprobs: true as const } : {}),
    },
  };
}

function spoken(c: Collection): string {
  const cost = c.cost === null ? "" : `, cost ${c.cost.toFixed(4)}`;
  const state = c.complete ? `complete: ${c.out}` : `not complete (${c.stopped}); run the same command to go on`;
  return `${c.model} at ${c.endpoint}: ${c.answers} answers to ${c.prompts} prompts in ${c.requests} requests${cost}; ${state}`;
}

function list(value: string, all: string[]): string[] {
  return [...all, value];
}

function protocols(value: string, all: Protocol[]): Protocol[] {
  if (value !== "openai" && value !== "anthropic") throw new InvalidArgumentError("expected openai or anthropic.");
  return [...all, value];
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
