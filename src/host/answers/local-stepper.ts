/**
 * A model in a GGUF file, stepped token by token by node-llama-cpp (an optional peer): the raw logits of each step come
 * out, so that a mark can be put in before a token is drawn. On the processor alone, a few answers at a time; more wait.
 */
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { checkHeader, digestOf, llamaPeer } from "./gguf-model.js";
import type { StepModel } from "./step-model.js";

/** Answers under way at once; each has a context of its own. */
const SEQUENCES = 4;
/** Tokens of prompt and answer together; memory grows with it. */
const CONTEXT_TOKENS_MAX = 8192;
const THREADS = Math.max(1, availableParallelism() - 1);

/** Holds memory until it is closed. */
interface LocalStepper extends StepModel {
  close(): Promise<void>;
}

/** As much of node-llama-cpp 3 as is used. */
interface Peer {
  getLlama(options: object): Promise<Llama>;
  resolveChatWrapper(model: Model): {
    generateContextState(state: object): { contextText: { tokenize(tokenizer: unknown): number[] } };
  };
}
interface Llama {
  loadModel(options: object): Promise<Model>;
  dispose(): Promise<void>;
}
interface Model {
  trainContextSize: number;
  tokenizer: unknown;
  tokenize(text: string): number[];
  detokenize(tokens: readonly number[]): string;
  isEogToken(token: number): boolean;
  tokens: { bos: number | null; shouldPrependBosToken: boolean };
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
}
interface Sequence {
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly (number | [number, { generateNext: { logits: boolean } }])[],
  ): Promise<({ next: { logits?: Map<number, number> } } | undefined)[]>;
}

/** @param who asks, for its faults @throws AssayError UNAVAILABLE without the peer, NOT_FOUND or FORMAT */
export async function openLocalStepper(path: string, who = "mark serve"): Promise<LocalStepper> {
  const file = resolve(path);
  const name = `gguf:${await digestOf(file)}`;
  await checkHeader(file);
  const { getLlama, resolveChatWrapper } = (await llamaPeer(who)) as unknown as Peer;
  const llama = await getLlama({ build: "never", gpu: false, skipDownload: true, logLevel: "error" });
  const fault = (error: unknown) => {
    throw new AssayError(
      "FORMAT",
      `${who}: expected a model that llama.cpp runs in ${quoted(basename(file))}: ${String((error as Error).message)}`,
    );
  };
  const model = await llama.loadModel({ modelPath: file }).catch(fault);
  const contextTokens = Math.min(CONTEXT_TOKENS_MAX, model.trainContextSize);
  const context = await model
    .createContext({ contextSize: contextTokens, sequences: SEQUENCES, threads: THREADS })
    .catch(fault);
  const free = Array.from({ length: SEQUENCES }, () => context.getSequence());
  const waiting: ((sequence: Sequence) => void)[] = [];
  const taken = () => {
    const sequence = free.pop();
    return sequence ? Promise.resolve(sequence) : new Promise<Sequence>((given) => waiting.push(given));
  };
  const givenBack = (sequence: Sequence) => {
    const next = waiting.shift();
    if (next) next(sequence);
    else free.push(sequence);
  };
  const vocabulary = (await logitsAfter(free[0]!, [model.tokens.bos ?? 0])).size;
  const wrapper = resolveChatWrapper(model);
  return {
    name,
    vocabulary,
    contextTokens,
    encode: (text, chat) => {
      if (chat) {
        const chatHistory = [
          { type: "user", text },
          { type: "model", response: [] },
        ];
        return Array.from(wrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer));
      }
      const { bos, shouldPrependBosToken } = model.tokens;
      return [...(shouldPrependBosToken && bos !== null ? [bos] : []), ...model.tokenize(text)];
    },
    decode: (ids) => model.detokenize(ids),
    ends: (token) => model.isEogToken(token),
    begin: async (promptIds) => {
      const sequence = await taken();
      await sequence.clearHistory();
      let open = true;
      return {
        next: async (generated) => {
          const logits = await logitsAfter(sequence, generated.length === 0 ? promptIds : generated.slice(-1));
          const dense = new Float64Array(vocabulary).fill(Number.NEGATIVE_INFINITY);
          for (const [token, logit] of logits) dense[token] = logit;
          return dense;
        },
        close: () => {
          if (open) givenBack(sequence);
          open = false;
        },
      };
    },
    close: () => llama.dispose(),
  };
}

async function logitsAfter(sequence: Sequence, ids: readonly number[]): Promise<Map<number, number>> {
  const input = ids.map((id, i): number | [number, { generateNext: { logits: boolean } }] =>
    i === ids.length - 1 ? [id, { generateNext: { logits: true } }] : id,
  );
  const logits = (await sequence.controlledEvaluate(input)).at(-1)?.next.logits;
  if (!logits)
    throw new AssayError("UNAVAILABLE", "mark serve: expected the logits of a step from llama.cpp, got none");
  return logits;
}
