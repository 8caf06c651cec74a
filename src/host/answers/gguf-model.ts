/**
 * A model in a GGUF file, run here by node-llama-cpp, an optional peer: asked as an endpoint is, one request after
 * another, and answered in the form of OpenAI's chat completions, so that collecting is the same for both. On the
 * processor alone: a graphics card's arithmetic differs from machine to machine. The model's own chat template is used.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { GGUF_HEADER_BYTES_MAX, parseGgufHeader } from "../../model/formats/gguf.js";
import type { ChatSettings } from "../../transcript/chat-protocol.js";
import { asAssayError, openToRead } from "../files.js";
import { chatCompletion, type LocalModel, oneAfterAnother } from "./local-model.js";

export const GGUF_SCHEME = "gguf:";

/** Tokens of prompt and answer together; memory grows with it. */
const CONTEXT_TOKENS_MAX = 8192;

/** One is left to everything else: llama.cpp's threads wait for each other by spinning, and starve where they compete. */
const THREADS = Math.max(1, availableParallelism() - 1);

/** As much of node-llama-cpp 3 as is used. */
interface Llama {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): unknown }>;
      trainContextSize: number;
    }>;
    dispose(): Promise<void>;
  }>;
  LlamaChatSession: new (options: object) => Session;
}
interface Session {
  promptWithMeta(prompt: string, options: object): Promise<{ responseText: string; stopReason: string }>;
  resetChatHistory(): void;
  dispose(): void;
}

/** @param address `gguf:PATH` @throws AssayError UNAVAILABLE without the peer, NOT_FOUND or FORMAT */
export async function openGgufModel(address: string): Promise<LocalModel> {
  const path = resolve(address.slice(GGUF_SCHEME.length));
  const name = `${GGUF_SCHEME}${await digestOf(path)}`;
  await checkHeader(path);
  const { getLlama, LlamaChatSession } = await llamaPeer("collect");
  const llama = await getLlama({ build: "never", gpu: false, skipDownload: true, logLevel: "error" });
  const fault = (error: unknown) =>
    new AssayError(
      "FORMAT",
      `collect: expected a model that llama.cpp runs in ${quoted(path)}: ${String((error as Error).message)}`,
    );
  const model = await llama.loadModel({ modelPath: path }).catch((error: unknown) => {
    throw fault(error);
  });
  const contextSize = Math.min(CONTEXT_TOKENS_MAX, model.trainContextSize);
  const context = await model.createContext({ contextSize, threads: THREADS });
  const contextSequence = context.getSequence();
  let number = 0;
  const ask = async (settings: ChatSettings, prompt: string, signal: AbortSignal): Promise<string> => {
    const { system, temperature, maxTokens, seed } = settings;
    // A session a request: nothing of one prompt reaches the next.
    const session = new LlamaChatSession({ contextSequence, systemPrompt: system ?? "", autoDisposeSequence: false });
    try {
      const { responseText, stopReason } = await session.promptWithMeta(prompt, {
        maxTokens,
        temperature: temperature ?? 0,
        ...(seed === null ? {} : { seed }),
        signal,
      });
      return chatCompletion(name, number++, responseText, stopReason === "maxTokens" ? "length" : stopReason);
    } finally {
      session.dispose();
    }
  };
  return { name, answer: oneAfterAnother(ask), close: () => llama.dispose() };
}

/** @param who asks, for the sentence where it is missing @throws AssayError UNAVAILABLE */
export async function llamaPeer(who: string): Promise<Llama> {
  // Named by a variable: the compiler must not ask for what may not be installed.
  const name: string = "node-llama-cpp";
  try {
    return (await import(name)) as Llama;
  } catch {
    throw new AssayError(
      "UNAVAILABLE",
      `${who}: expected node-llama-cpp to run a GGUF file, got none; install it with "npm install node-llama-cpp@3"${who === "collect" ? ", or serve the file with llama.cpp and give its address" : ""}`,
    );
  }
}

/** A hostile file is met by our own reader first. @throws AssayError FORMAT or LIMIT */
export async function checkHeader(path: string): Promise<void> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, GGUF_HEADER_BYTES_MAX));
    await file.read(head, 0, head.length, 0);
    parseGgufHeader(head, size, quoted(basename(path)));
  } finally {
    await file.close();
  }
}

/** SHA-256 of the file, streamed. @throws what a user can mend, such as NOT_FOUND, under the path's name */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
  } catch (error) {
    throw asAssayError(error, path, "--endpoint");
  }
  return `sha256:${hash.digest("hex")}`;
}
