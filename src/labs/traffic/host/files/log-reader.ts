/** A log file as blocks of JSON lines, by what it turns out to be: a table, one array, records over several lines, or lines. */
import { csvBlocks, isCsv } from "./csv-blocks.js";
import { jsonBlocks } from "./json-blocks.js";
import { lineBlocks } from "./line-blocks.js";
import type { LogBlock } from "./log-block.js";

/** As much of a file's start as tells how its records are laid out. */
const HEAD_BYTES = 256 * 1024;

interface BlockOptions {
  name: string;
  /** Offset in the text, where an earlier run stopped. */
  from: number;
  /** A log that still grows: its last record is left until it is ended. */
  keepOpenLine: boolean;
}

/** @param chunks the unpacked text from its first byte */
export async function* logBlocks(chunks: AsyncIterable<Buffer>, options: BlockOptions): AsyncGenerator<LogBlock> {
  const { name, from, keepOpenLine } = options;
  if (isCsv(name)) {
    yield* csvBlocks(chunks, from, keepOpenLine, name);
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* held.splice(0);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  const layout = layoutOf(Buffer.concat(held).subarray(0, HEAD_BYTES).toString("utf8"));
  if (layout === "lines") yield* lineBlocks(all(), from, keepOpenLine);
  else yield* jsonBlocks(all(), from, layout === "array");
}

function layoutOf(head: string): "lines" | "array" | "spread" {
  const text = head.trimStart();
  if (/^\[\s*([{[\]]|$)/.test(text)) {
    // A line that is a whole array by itself, and not the only one, is a line.
    const [first, second] = text.split("\n", 2);
    return second?.trimStart().startsWith("[") && isJson(first!) ? "lines" : "array";
  }
  if (!text.startsWith("{")) return "lines";
  const end = text.indexOf("\n");
  // A first line longer than what is looked at is one record.
  if (end < 0 || isJson(text.slice(0, end))) return "lines";
  return goesOn(text.slice(0, end)) ? "spread" : "lines";
}

/** Whether a line opens more brackets than it closes and ends where a printed record breaks; a line cut short does not. */
function goesOn(line: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (inString) {
      if (c === "\\") i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
  }
  return depth > 0 && !inString && /[,{[]\s*$/.test(line);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
