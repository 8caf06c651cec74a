/**
 * A transcript: what one model (or endpoint) answered to a list of prompts, as it was recorded. Two transcripts join
 * on `promptId`. It says what was received, not who sent it: whether an endpoint served the model it names is a
 * question of custody that no transcript can answer.
 */
import { AssayError, quoted } from "../base/error.js";

/** Decoding settings as the collector asked for them; a number, a short text, a flag or null each. */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** One answer to one prompt. */
interface TranscriptRecord {
  /** Joins transcripts; a number in the file becomes its decimal text. */
  promptId: string;
  /** The prompt's text, where the file carries it. */
  prompt: string | null;
  /** The answer; may be empty, which is an answer too. */
  text: string;
  /** Token ids of the answer and of the prompt, for readers that score tokens. */
  ids: readonly number[] | null;
  promptIds: readonly number[] | null;
  /** 0 for the first answer to a prompt, 1 for the second, … */
  sample: number;
  /** Mean natural log-probability a token of the answer, as its server stated it; null where it stated none. */
  logprob: number | null;
  settings: Settings | null;
}

export interface Transcript {
  /** In the file's order; no two with the same promptId and sample. */
  records: readonly TranscriptRecord[];
  /** What the file was read as. */
  format: TranscriptFormat;
}

export type TranscriptFormat =
  | "jsonl"
  | "inspect"
  | "lm-eval"
  | "openai-batch"
  | "anthropic-batch"
  | "promptfoo"
  | "langfuse"
  | "litellm"
  | "fastchat"
  | "arena-hard"
  | "alpaca-eval"
  | "openrouter";

/** What a reader accepts. Each is a bound on memory or time (CWE-400, CWE-409, CWE-770). */
export const TRANSCRIPT_LIMITS = {
  /** A file as it lies on disk, compressed or not. */
  fileBytesMax: 512 * 1024 * 1024,
  /** Text after decompression: JavaScript strings end near 512 Mi characters. */
  textBytesMax: 480 * 1024 * 1024,
  /** One line; the longest public model answers stay below 1 MB, an Inspect sample with its messages below 16. */
  lineCharsMax: 16 * 1024 * 1024,
  /** Answers of one transcript. */
  recordsMax: 2_000_000,
  /** Characters of a prompt id. */
  promptIdCharsMax: 256,
  /** Keys of the settings of one answer, and characters of each text value. */
  settingsKeysMax: 64,
  settingsCharsMax: 1_000,
  /** Token ids of one answer. */
  idsMax: 1_000_000,
} as const;

/** The first answer to each prompt, by prompt id, in the order of the file. */
export function firstAnswers(transcript: Transcript): Map<string, TranscriptRecord> {
  const first = new Map<string, TranscriptRecord>();
  for (const record of transcript.records) {
    const known = first.get(record.promptId);
    if (known === undefined || record.sample < known.sample) first.set(record.promptId, record);
  }
  return first;
}

/** A record as read, before samples are numbered: `sample` may still be unknown. */
export type UnnumberedRecord = Omit<TranscriptRecord, "sample"> & { sample: number | null };

/**
 * Numbers the samples of each prompt in the order of the file and refuses the same sample twice: a duplicate would
 * count one answer double.
 */
export function numberSamples(records: readonly UnnumberedRecord[], what: string): TranscriptRecord[] {
  const taken = new Map<string, Set<number>>();
  return records.map((record) => {
    const used = taken.get(record.promptId) ?? new Set<number>();
    taken.set(record.promptId, used);
    const sample = record.sample ?? nextFree(used);
    if (used.has(sample))
      throw new AssayError(
        "FORMAT",
        `${what}: expected one answer a prompt and sample, got prompt_id ${quoted(record.promptId)} sample ${sample} twice`,
      );
    used.add(sample);
    return { ...record, sample };
  });
}

function nextFree(used: ReadonlySet<number>): number {
  let sample = used.size;
  while (used.has(sample)) sample++;
  return sample;
}
