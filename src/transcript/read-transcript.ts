/**
 * Bytes to a transcript, whatever tool wrote them: JSON Lines of the house's own form, of lm-evaluation-harness samples
 * or of the exports that foreign-records.ts knows (which may also be one JSON list), an Inspect log (`.json` or `.eval`),
 * each plain or gzipped (RFC 1952). The format is told from the content, never from the name.
 */
import { Gunzip } from "fflate";
import { concatBytes, fromUtf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { listedIn, readForeign, shapeOf } from "./foreign-records.js";
import { isInspectLog, readInspectEval, readInspectLog } from "./inspect-log.js";
import { isLmEvalSample, LmEvalSamples } from "./lm-eval.js";
import { isObject, parseObject, readRecord } from "./record.js";
import {
  numberSamples,
  TRANSCRIPT_LIMITS,
  type Transcript,
  type TranscriptFormat,
  type UnnumberedRecord,
} from "./transcript.js";

/**
 * @param what names the file in errors, e.g. `"suspect.jsonl.gz"`
 * @param unzipped a faster reader of gzip where the machine has one; null for what it does not take whole and as it should be
 * @throws AssayError FORMAT, LIMIT or UNSUPPORTED; a transcript without a single answer is an error
 */
export function readTranscript(bytes: Uint8Array, what: string, unzipped: Unzip = () => null): Transcript {
  if (bytes.length > TRANSCRIPT_LIMITS.fileBytesMax)
    throw new AssayError(
      "LIMIT",
      `${what}: expected at most ${TRANSCRIPT_LIMITS.fileBytesMax} bytes, got ${bytes.length}`,
    );
  if (isZip(bytes)) return made(readInspectEval(bytes, what), "inspect", what);
  const text = textOf((isGzip(bytes) && unzipped(bytes)) || bytes, what);
  const first = firstLine(text);
  if (first?.trim().startsWith("[")) return readListed(parseStrictJson(text, what), what);
  if (first !== null && isWholeDocument(text, first)) {
    const document = parseObject(text, what);
    if (isInspectLog(document)) return made(readInspectLog(document, what), "inspect", what);
    if (shapeOf(document) === null && listedIn(document) !== null) return readListed(document, what);
  }
  return readLines(text, what);
}

type Unzip = (bytes: Uint8Array) => Uint8Array | null;

/** A JSON list, or a document that holds one. */
function readListed(document: unknown, what: string): Transcript {
  const records: UnnumberedRecord[] = [];
  let format: TranscriptFormat = "jsonl";
  for (const [i, item] of (listedIn(document) ?? []).entries()) {
    const where = `${what} item ${i + 1}`;
    if (!isObject(item)) throw new AssayError("FORMAT", `${where}: expected a JSON object, got ${quoted(item)}`);
    const shape = shapeOf(item);
    if (shape) format = shape.format;
    records.push(...(shape ? readForeign(shape, item, where) : [readRecord(item, where)]));
    if (records.length > TRANSCRIPT_LIMITS.recordsMax) throw tooMany(what);
  }
  return made(records, format, what);
}

/** The text of a file that may be gzipped, within the room's limits and without a byte-order mark. */
export function textOf(bytes: Uint8Array, what: string): string {
  return fromUtf8(isGzip(bytes) ? gunzip(bytes, what) : bytes, what).replace(/^\uFEFF/, "");
}

function readLines(text: string, what: string): Transcript {
  const records: UnnumberedRecord[] = [];
  let format: TranscriptFormat = "jsonl";
  let shape: ReturnType<typeof shapeOf> | undefined;
  const filters = new LmEvalSamples();
  let number = 0;
  for (const line of lines(text)) {
    number++;
    if (line.trim() === "") continue;
    const where = `${what} line ${number}`;
    if (line.length > TRANSCRIPT_LIMITS.lineCharsMax)
      throw new AssayError("LIMIT", `${where}: expected at most ${TRANSCRIPT_LIMITS.lineCharsMax} characters`);
    const object = parseObject(line, where);
    if (shape === undefined) {
      shape = typeof object.text === "string" || isLmEvalSample(object) ? null : shapeOf(object);
      format = shape?.format ?? (isLmEvalSample(object) ? "lm-eval" : "jsonl");
    }
    if (shape) records.push(...readForeign(shape, object, where));
    else if (format === "lm-eval") records.push(...filters.read(object, where));
    else records.push(readRecord(object, where));
    if (records.length > TRANSCRIPT_LIMITS.recordsMax) throw tooMany(what);
  }
  return made(records, format, what);
}

function made(records: readonly UnnumberedRecord[], format: TranscriptFormat, what: string): Transcript {
  if (records.length === 0) throw new AssayError("FORMAT", `${what}: expected at least one answer, got none`);
  if (records.length > TRANSCRIPT_LIMITS.recordsMax) throw tooMany(what);
  return { records: numberSamples(records, what), format };
}

function tooMany(what: string): AssayError {
  return new AssayError("LIMIT", `${what}: expected at most ${TRANSCRIPT_LIMITS.recordsMax} answers`);
}

/** Without splitting the whole text: a list of two million lines would be held beside it. */
export function* lines(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    const stop = end === -1 ? text.length : end;
    yield text.slice(start, text.charCodeAt(stop - 1) === 0x0d ? stop - 1 : stop);
    start = stop + 1;
  }
}

function firstLine(text: string): string | null {
  for (const line of lines(text)) if (line.trim() !== "") return line;
  return null;
}

/** A log printed over many lines (`{` alone on the first), or one object on one line that is the whole file. */
function isWholeDocument(text: string, first: string): boolean {
  const trimmed = first.trim();
  if (!trimmed.startsWith("{")) return false;
  if (!trimmed.endsWith("}")) return true;
  return text.trim().length === trimmed.length;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}

/** Stops as soon as the output passes its bound: a small file may hold gigabytes of zeros (CWE-409). */
function gunzip(bytes: Uint8Array, what: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  let ended = false;
  const stream = new Gunzip((chunk, final) => {
    total += chunk.length;
    if (total > TRANSCRIPT_LIMITS.textBytesMax)
      throw new AssayError(
        "LIMIT",
        `${what}: expected at most ${TRANSCRIPT_LIMITS.textBytesMax} bytes after decompression`,
      );
    parts.push(chunk);
    ended ||= final;
  });
  const step = 1 << 16;
  try {
    for (let at = 0; at < bytes.length; at += step)
      stream.push(bytes.subarray(at, at + step), at + step >= bytes.length);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `${what}: expected gzip data, got a stream that is cut or damaged`);
  }
  if (!ended) throw new AssayError("FORMAT", `${what}: expected gzip data, got a stream that is cut`);
  return concatBytes(parts);
}
