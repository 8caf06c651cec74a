/**
 * The material of a world, read from files given on the command line: prompts (JSON Lines, gzipped or not, one prompt
 * a line as `text`, `prompt` or `instruction`; a `.txt` file is one prompt) and arrivals (CSV with TIMESTAMP,
 * ContextTokens, GeneratedTokens as Azure publishes them, or JSON Lines with timestamp, input_length, output_length as
 * Mooncake does). Nothing of a world is taken from anywhere else but the shapes stated in README.md.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";

/** One prompt file: its prompts, its words, and which words most of its prompts share (the template's own words). */
export interface Source {
  name: string;
  prompts: string[];
  /** Words to vary with: of this file, those that are not the template's own. */
  vocabulary: string[];
  fixed: Set<string>;
  /** Whether the prompts are fillings of one template: at least a seventh of a prompt's words are shared. */
  templated: boolean;
}

export interface Arrivals {
  /** Seconds between arrivals, as they were. */
  gaps: number[];
  /** [input, output] tokens, as they were. */
  tokens: [number, number][];
}

/** Prompts longer than this are cut: a world tests structure, not disks. */
const PROMPT_CHARS_MAX = 1200;

export function readSource(path: string): Source {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const prompts = [...new Set(path.endsWith(".txt") ? [text] : lines(text).map(promptOf))]
    .map((p) => p.slice(0, PROMPT_CHARS_MAX).trim())
    .filter((p) => p.length > 0);
  if (prompts.length === 0) throw new Error(`worlds.readSource: expected prompts in ${path}, got none`);
  const counts = new Map<string, number>();
  for (const prompt of prompts)
    for (const word of new Set(prompt.split(/\s+/))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const fixed = new Set([...counts].filter(([, n]) => prompts.length > 1 && n >= 0.6 * prompts.length).map(([w]) => w));
  const shared = prompts.map((p) => p.split(/\s+/)).map((w) => w.filter((x) => fixed.has(x)).length / w.length);
  return {
    name: basename(path).replace(/\.(jsonl|txt)(\.gz)?$/, ""),
    prompts,
    vocabulary: [...counts.keys()].filter((word) => !fixed.has(word)).sort(),
    fixed,
    templated: prompts.length > 1 && shared.sort((a, b) => a - b)[shared.length >> 1]! > 1 / 7,
  };
}

export function readArrivals(paths: readonly string[]): Arrivals {
  const gaps: number[] = [];
  const tokens: [number, number][] = [];
  for (const path of paths) {
    const bytes = readFileSync(path);
    const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    let before: number | null = null;
    for (const line of lines(text)) {
      const [seconds, input, output] = line.startsWith("{") ? fromJson(line) : fromCsv(line);
      if (!Number.isFinite(seconds)) continue; // a header
      if (before !== null && seconds >= before) gaps.push(seconds - before);
      before = seconds;
      tokens.push([input, output]);
    }
  }
  if (gaps.length === 0) throw new Error(`worlds.readArrivals: expected arrivals in ${paths.join(", ")}, got none`);
  return { gaps, tokens };
}

function fromJson(line: string): [number, number, number] {
  const row = JSON.parse(line);
  return [Number(row.timestamp) / 1000, Number(row.input_length), Number(row.output_length)];
}

function fromCsv(line: string): [number, number, number] {
  const [time = "", input, output] = line.split(",");
  return [Date.parse(`${time.replace(" ", "T").slice(0, 23)}Z`) / 1000, Number(input), Number(output)];
}

function promptOf(line: string): string {
  const row = JSON.parse(line);
  if (typeof row === "string") return row;
  const input = row.instances?.[0]?.input ?? row.input;
  const text = row.text ?? row.prompt ?? row.instruction ?? "";
  return input ? `${text}\n\n${input}` : String(text);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
