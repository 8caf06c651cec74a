/**
 * A model run here, asked as an endpoint is and answered in the form of OpenAI's chat completions, so that collecting is
 * the same for both. Which runtime runs it is said by the address: gguf:FILE (gguf-model.ts), onnx:FOLDER (onnx-model.ts).
 */
import type { ChatSettings } from "../../transcript/chat-protocol.js";

type Ask = (settings: ChatSettings, prompt: string, signal: AbortSignal) => Promise<string>;

export interface LocalModel {
  /** `gguf:sha256:…` or `onnx:sha256:…`, by which journals know it wherever it lies. */
  name: string;
  /** @returns the raw response, as a server would send it */
  answer: Ask;
  close(): Promise<void>;
}

/** A server's response with one choice. */
export function chatCompletion(model: string, number: number, content: string, finishReason: string): string {
  return JSON.stringify({
    id: `local-${number}`,
    model,
    choices: [{ message: { role: "assistant", content }, finish_reason: finishReason }],
  });
}

/** One request at a time: two at once would share the processor and gain nothing. */
export function oneAfterAnother(ask: Ask): Ask {
  let busy: Promise<unknown> = Promise.resolve();
  return (settings, prompt, signal) => {
    const answered = busy.then(() => ask(settings, prompt, signal));
    busy = answered.catch(() => undefined);
    return answered;
  };
}
