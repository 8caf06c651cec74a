/**
 * Ask one or several endpoints the same prompts and keep what they answer. Endpoints are interleaved prompt by prompt,
 * so that time is no confound between claimant, suspect and panel; failures are tried again, budgets are kept, and a
 * run that was stopped in any way goes on where it was.
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "../base/canonical-json.js";
import { AssayError } from "../base/error.js";
import { prng } from "../base/prng.js";
import type { Progress } from "../base/progress.js";
import { askChat, type ChatOutcome } from "../host/answers/chat-client.js";
import { CollectionJournal, type JournalEntry } from "../host/answers/collection-journal.js";
import type { LocalModel } from "../host/answers/local-model.js";
import { isLocalModel, openLocalModel } from "../host/answers/open-local-model.js";
import {
  type ChatAnswer,
  type ChatSettings,
  chatHeaders,
  chatRequest,
  chatUrl,
  type Protocol,
  readChatAnswer,
} from "../transcript/chat-protocol.js";
import type { Prompt } from "../transcript/prompt-set.js";
import { writeRecord } from "../transcript/record.js";

export interface Endpoint {
  url: string;
  protocol: Protocol;
  out: string;
  /** From the environment; never written. */
  key: string | null;
  settings: ChatSettings;
}

/** Where an endpoint is: an address that is asked over HTTP, or a model that runs here. */
type Place = { url: URL; name: string; local: null } | { url: null; name: string; local: LocalModel };

export interface CollectOptions {
  endpoints: readonly Endpoint[];
  /** In the order drawn. */
  prompts: readonly Prompt[];
  samples: number;
  seed: string;
  /** Requests at most, failed ones included, over all runs of this collection. */
  requestsMax: number | null;
  /** Cost at most, in the currency of the prices, over all runs. */
  costMax: number | null;
  /** Per million tokens. */
  prices: { input: number; output: number } | null;
  /** Requests under way at once. */
  concurrency: number;
  /** Least time between two requests to one endpoint. */
  intervalMs: number;
  triesMax: number;
  /** First wait before another try; doubled each time, to at most a minute. */
  waitMs: number;
  timeoutMs: number;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

export interface Collection {
  type: "assay/collection/v1";
  out: string;
  /** Address without query. */
  endpoint: string;
  model: string;
  prompts: number;
  answers: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  cost: number | null;
  complete: boolean;
  /** Why it is not complete; null when it is. */
  stopped: string | null;
}

/** Longest wait that is not the server's own wish. */
const WAIT_MAX_MS = 60_000;
/** A server that asks for a longer wait than this is not waited for: the run stops and may be taken up later. */
const RETRY_AFTER_MAX_MS = 15 * 60_000;
/** Characters a token at the least, for the cost of a request that is not yet made. */
const CHARS_PER_TOKEN_MIN = 2;

/** Statuses by which servers reject this prompt and no other: RFC 9110, and 451 as some gateways filter by. */
const REJECTS_PROMPT = new Set([400, 413, 422, 451]);
/** So many rejections and not one answer: what is rejected is the request, not prompts. */
const REJECTED_FROM_START_MAX = 5;
/** What a rejected prompt is recorded with. */
const NOTHING_SAID: ChatAnswer = {
  text: "",
  responseId: null,
  servedModel: null,
  stopReason: null,
  inputTokens: null,
  outputTokens: null,
  logprob: null,
  cutByReasoning: false,
};
const REJECTED_MARK = '"rejected_with_status":';

interface Task {
  line: Line;
  prompt: Prompt;
  sample: number;
  key: string;
}

/**
 * One collection an endpoint, in the order given. Stopped by signal or budget, it returns what was answered and goes on
 * from there next time. @throws what no new try mends
 */
export async function collect(options: CollectOptions): Promise<Collection[]> {
  const lines: Line[] = [];
  try {
    for (const endpoint of options.endpoints) lines.push(await Line.open(endpoint, options));
    const tasks = interleaved(lines, options);
    for (const task of tasks) await task.line.recover(task);
    const budget = new Budget(lines, options);
    const open = tasks.filter((task) => !task.line.journal.entries.has(task.key));
    let done = tasks.length - open.length;
    let next = 0;
    const worker = async () => {
      while (next < open.length && budget.stopped === null && !options.signal.aborted) {
        const task = open[next++]!;
        if (await task.line.ask(task, budget)) done++;
        options.onProgress({ stage: "collecting", done, total: tasks.length });
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: Math.max(1, options.concurrency) }, worker));
    const failed = ended.find((end): end is PromiseRejectedResult => end.status === "rejected");
    if (failed && !options.signal.aborted) throw failed.reason;
    return await Promise.all(
      lines.map((line) => line.end(tasks, budget.stopped ?? (options.signal.aborted ? "interrupted" : null))),
    );
  } finally {
    await Promise.all(lines.map((line) => line.close()));
  }
}

/** Prompt by prompt, the endpoints of each in an order drawn anew. */
function interleaved(lines: readonly Line[], { prompts, samples, seed }: CollectOptions): Task[] {
  const source = prng("collect/interleave", seed);
  return prompts.flatMap((prompt) =>
    Array.from({ length: samples }, (_, sample) => {
      const order = [...lines];
      for (let i = order.length - 1; i > 0; i--) {
        const j = source.below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order.map((line) => ({ line, prompt, sample, key: line.keyOf(prompt, sample) }));
    }).flat(),
  );
}

/** What may still be spent; asked before each request, so that no cap is passed. */
class Budget {
  stopped: string | null = null;
  #requests: number;
  #cost: number;
  readonly #options: CollectOptions;

  constructor(lines: readonly Line[], options: CollectOptions) {
    this.#options = options;
    const entries = lines.flatMap((line) => [...line.journal.entries.values()]);
    this.#requests = entries.reduce((sum, entry) => sum + entry.requests, 0);
    this.#cost = entries.reduce((sum, entry) => sum + this.costOf(entry.inputTokens ?? 0, entry.outputTokens ?? 0), 0);
  }

  costOf(input: number, output: number): number {
    const { prices } = this.#options;
    return prices ? (input * prices.input + output * prices.output) / 1e6 : 0;
  }

  /** Reserves the most that a request may cost; false when a cap would be passed. */
  take(prompt: string, settings: ChatSettings): { settle: (spent: number) => void } | null {
    const { requestsMax, costMax } = this.#options;
    const most = this.costOf(
      (prompt.length + (settings.system?.length ?? 0)) / CHARS_PER_TOKEN_MIN + 16,
      settings.maxTokens,
    );
    if (requestsMax !== null && this.#requests + 1 > requestsMax)
      this.stopped ??= `--max-requests ${requestsMax} is reached`;
    else if (costMax !== null && this.#cost + most > costMax) this.stopped ??= `--max-cost ${costMax} would be passed`;
    if (this.stopped !== null) return null;
    this.#requests++;
    this.#cost += most;
    return { settle: (spent) => (this.#cost += spent - most) };
  }
}

/** One endpoint, its journal and its pace. */
class Line {
  readonly journal: CollectionJournal;
  readonly #endpoint: Endpoint;
  readonly #options: CollectOptions;
  readonly #place: Place;
  #freeAt = 0;
  readonly #responses = new Map<string, string>();

  private constructor(journal: CollectionJournal, endpoint: Endpoint, place: Place, options: CollectOptions) {
    this.journal = journal;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#place = place;
    for (const entry of journal.entries.values())
      if (entry.responseId !== null) this.#responses.set(entry.responseId, entry.key);
  }

  static async open(endpoint: Endpoint, options: CollectOptions): Promise<Line> {
    const place = await placeOf(endpoint); // a fault of the address before anything is written
    return new Line(await CollectionJournal.open(endpoint.out), endpoint, place, options);
  }

  /** Names a request by everything that makes its answer another one. */
  keyOf(prompt: Prompt, sample: number): string {
    const { protocol, settings } = this.#endpoint;
    const named = {
      url: this.#place.name,
      protocol,
      settings,
      id: prompt.id,
      text: prompt.text,
      sample,
    };
    return createHash("sha256").update(canonicalJson(named)).digest("hex").slice(0, 32);
  }

  /** Takes up a raw response whose record was not written when the last run was killed. */
  async recover(task: Task): Promise<void> {
    const orphan = this.journal.orphans.get(task.key);
    if (orphan === undefined) return;
    const { raw, rejected } = orphan;
    const answer = rejected === null ? readChatAnswer(this.#endpoint.protocol, raw) : NOTHING_SAID;
    if (answer) await this.#keep(task, answer, raw, 1, rejected);
  }

  /** @returns whether the answer is kept */
  async ask(task: Task, budget: Budget): Promise<boolean> {
    const { protocol, key, settings } = this.#endpoint;
    const body = JSON.stringify(chatRequest(protocol, settings, task.prompt.text));
    let last = "";
    for (let tries = 1; tries <= this.#options.triesMax; tries++) {
      const reserved = budget.take(task.prompt.text, settings);
      if (reserved === null) return false;
      await this.#pace();
      const { timeoutMs, signal } = this.#options;
      const { url, local } = this.#place;
      const outcome = local
        ? await askLocal(local, settings, task.prompt.text, signal)
        : await askChat({ url, headers: chatHeaders(protocol, key), body, protocol, key, timeoutMs, signal });
      if (outcome.kind === "answer") {
        reserved.settle(
          budget.costOf(outcome.answer.inputTokens ?? 0, outcome.answer.outputTokens ?? settings.maxTokens),
        );
        await this.#keep(task, outcome.answer, outcome.raw, tries, null);
        return true;
      }
      reserved.settle(0);
      if (outcome.kind === "refused") return this.#refused(task, outcome, tries);
      last = outcome.why;
      await this.#wait(outcome.afterMs ?? Math.min(WAIT_MAX_MS, this.#options.waitMs * 2 ** (tries - 1)));
    }
    throw new AssayError(
      "UNAVAILABLE",
      `collect: ${this.#host}: expected an answer in ${this.#options.triesMax} tries, got ${last}; run again to go on`,
    );
  }

  /**
   * A prompt that the server rejects is an answer of its kind and recorded as one. A status that does not speak of the
   * prompt, or nothing but rejections from the start, is a fault of the setup.
   */
  async #refused(task: Task, outcome: Extract<ChatOutcome, { kind: "refused" }>, tries: number): Promise<boolean> {
    if (!REJECTS_PROMPT.has(outcome.status))
      throw new AssayError("USAGE", `collect: ${this.#host}: expected an answer, got ${outcome.why}`);
    await this.#keep(task, NOTHING_SAID, outcome.raw, tries, outcome.status);
    const answers = [...this.journal.entries.values()];
    if (answers.length >= REJECTED_FROM_START_MAX && answers.every(({ record }) => record.includes(REJECTED_MARK)))
      throw new AssayError(
        "USAGE",
        `collect: ${this.#host}: expected an answer, got rejections alone, ${answers.length} of them: ${outcome.why}`,
      );
    return true;
  }

  async #keep(task: Task, answer: ChatAnswer, raw: string, requests: number, status: number | null): Promise<void> {
    const { settings, protocol } = this.#endpoint;
    const digest = await this.journal.keepRaw(task.key, raw, status);
    const { responseId } = answer;
    // One id for two requests: a cache or a proxy may have answered in the model's place. Kept, and said.
    const before = responseId === null ? undefined : this.#responses.get(responseId);
    const repeated = before !== undefined && before !== task.key;
    if (responseId !== null && !repeated) this.#responses.set(responseId, task.key);
    const { model, temperature, maxTokens, system, seed } = settings;
    const record = writeRecord({
      promptId: task.prompt.id,
      prompt: task.prompt.text,
      text: answer.text,
      ids: null,
      promptIds: null,
      sample: task.sample,
      logprob: answer.logprob,
      settings: {
        model,
        protocol,
        temperature,
        max_tokens: maxTokens,
        system,
        seed,
        ...(task.prompt.purpose === null ? {} : { purpose: task.prompt.purpose }),
        served_model: answer.servedModel,
        stop_reason: answer.stopReason,
        ...(answer.inputTokens !== null && answer.inputTokens > 0 ? { input_tokens: answer.inputTokens } : {}),
        raw: digest,
        ...(status === null ? {} : { rejected_with_status: status }),
        ...(answer.cutByReasoning ? { cut_by_reasoning: true } : {}),
        ...(repeated ? { response_id_seen_before: true } : {}),
      },
    });
    const entry: JournalEntry = {
      key: task.key,
      promptId: task.prompt.id,
      sample: task.sample,
      record,
      requests,
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
      responseId,
    };
    await this.journal.append(entry);
  }

  async #pace(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + this.#options.intervalMs;
    if (at > now) await sleep(at - now, this.#options.signal);
  }

  /** One refusal to serve slows the whole endpoint down, not one request. */
  async #wait(ms: number): Promise<void> {
    if (ms > RETRY_AFTER_MAX_MS)
      throw new AssayError(
        "UNAVAILABLE",
        `collect: ${this.#host}: asks to wait ${Math.ceil(ms / 1000)} s; run again later to go on`,
      );
    this.#freeAt = Math.max(this.#freeAt, Date.now() + ms);
    await sleep(ms, this.#options.signal);
  }

  async close(): Promise<void> {
    await this.journal.close();
    await this.#place.local?.close();
  }

  get #host(): string {
    return this.#place.url?.host ?? this.#place.name;
  }

  async end(tasks: readonly Task[], stopped: string | null): Promise<Collection> {
    const own = tasks.filter((task) => task.line === this);
    const complete = own.every((task) => this.journal.entries.has(task.key));
    const entries = own.flatMap((task) => this.journal.entries.get(task.key) ?? []);
    if (complete) await this.journal.finish(own.map((task) => task.key));
    const sum = (of: (entry: JournalEntry) => number) => entries.reduce((total, entry) => total + of(entry), 0);
    const [input, output] = [sum((e) => e.inputTokens ?? 0), sum((e) => e.outputTokens ?? 0)];
    const { prices } = this.#options;
    return {
      type: "assay/collection/v1",
      out: this.#endpoint.out,
      endpoint: this.#place.name,
      model: this.#endpoint.settings.model,
      prompts: new Set(own.map((task) => task.prompt.id)).size,
      answers: entries.length,
      requests: sum((e) => e.requests),
      inputTokens: input,
      outputTokens: output,
      cost: prices ? (input * prices.input + output * prices.output) / 1e6 : null,
      complete,
      stopped: complete ? null : stopped,
    };
  }
}

async function placeOf({ url, protocol }: Endpoint): Promise<Place> {
  if (isLocalModel(url)) {
    const local = await openLocalModel(url);
    return { url: null, name: local.name, local };
  }
  const address = chatUrl(url, protocol);
  return { url: address, name: `${address.origin}${address.pathname}`, local: null };
}

async function askLocal(
  local: LocalModel,
  settings: ChatSettings,
  prompt: string,
  signal: AbortSignal,
): Promise<ChatOutcome> {
  const raw = await local.answer(settings, prompt, signal);
  const answer = readChatAnswer("openai", raw);
  return answer ? { kind: "answer", answer, raw } : { kind: "again", why: "no answer", afterMs: null };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      done();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      fail(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
