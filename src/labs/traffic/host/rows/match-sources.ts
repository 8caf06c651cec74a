/**
 * Which source a file is, by its content: one that has not changed, one that has grown, one that was renamed or packed, a
 * copy, or a log not seen before, which may have taken another's place.
 */
import { createHash } from "node:crypto";
import { digestsAt, HEAD_BYTES } from "../files/content-digest.js";
import type { LogFile } from "../files/log-file.js";
import { logText } from "../files/log-text.js";
import { isParquet } from "../files/parquet-log.js";
import type { SourceState } from "./manifest.js";

export type Match =
  | { file: LogFile; kind: "same" | "grown" | "moved"; source: SourceState }
  | { file: LogFile; kind: "copy"; source: SourceState }
  | { file: LogFile; kind: "new"; replaces: SourceState | null };

interface Known {
  /** The longest source that the file begins with. */
  source: SourceState | null;
  /** Whether the file ends there. */
  whole: boolean;
  /** All sources that it begins with. */
  all: ReadonlySet<SourceState>;
  /** Of those, sources whose last record goes on here: what was read of it is not what it says. */
  goesOn: ReadonlySet<SourceState>;
}

const NOTHING: Known = { source: null, whole: false, all: new Set(), goesOn: new Set() };

/** One match a file, in their order; files that did not change are told without being read. */
export async function matchSources(files: readonly LogFile[], sources: readonly SourceState[]): Promise<Match[]> {
  const byPath = new Map<string, SourceState>();
  for (const source of sources) if (source.state === "current") byPath.set(source.path, source);
  const matches = new Map<LogFile, Match>();
  const taken = new Set<SourceState>();
  const known = new Map<LogFile, Known>();
  for (const file of files) {
    const own = byPath.get(file.path);
    if (own?.whole && own.signature !== null && own.signature === file.signature) {
      matches.set(file, { file, kind: "same", source: own });
      taken.add(own);
      continue;
    }
    const found = await contentOf(file, sources);
    known.set(file, found);
    if (!own || !found.all.has(own) || found.goesOn.has(own)) continue;
    const kind = found.whole && found.source === own && own.whole ? "same" : "grown";
    matches.set(file, { file, kind, source: own });
    taken.add(own);
  }
  for (const file of files) {
    if (matches.has(file)) continue;
    const { source, whole, goesOn } = known.get(file)!;
    if (source && !taken.has(source) && !goesOn.has(source)) {
      matches.set(file, { file, kind: "moved", source });
      taken.add(source);
    } else if (source?.whole && whole) matches.set(file, { file, kind: "copy", source });
  }
  for (const file of files) {
    if (matches.has(file)) continue;
    const there = byPath.get(file.path) ?? null;
    matches.set(file, { file, kind: "new", replaces: there && !taken.has(there) ? there : null });
  }
  return files.map((file) => matches.get(file)!);
}

/** A source taken in whole that has the same text, or null. */
export async function copyOf(file: LogFile, sources: readonly SourceState[]): Promise<SourceState | null> {
  const { source, whole } = await contentOf(file, sources);
  return source?.whole && whole ? source : null;
}

async function contentOf(file: LogFile, sources: readonly SourceState[]): Promise<Known> {
  if (isParquet(file.name)) return parquetOf(file, sources);
  const head = await headOf(file);
  const candidates = sources.filter(
    (source) =>
      source.done > 0 &&
      !isParquet(source.name) &&
      source.head.bytes <= head.length &&
      sha256(head.subarray(0, source.head.bytes)) === source.head.digest,
  );
  if (candidates.length === 0) return NOTHING;
  const marks = [...new Set(candidates.map(({ done }) => done))].sort((a, b) => a - b);
  const { at, sizeBytes } = await digestsAt(logText(file).chunks, marks);
  const all = candidates.filter(({ done, digest }) => at.get(done)?.digest === digest).sort((a, b) => b.done - a.done);
  const [source = null] = all;
  const goesOn = all.filter(({ done, open }) => open && !LINE_ENDS.has(at.get(done)!.follows));
  return { source, whole: source?.done === sizeBytes, all: new Set(all), goesOn: new Set(goesOn) };
}

/** Newline, carriage return, or the end of the text. */
const LINE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x0d, -1]);

/** A Parquet file does not grow: its bytes are those of a source, or it is another log. */
async function parquetOf(file: LogFile, sources: readonly SourceState[]): Promise<Known> {
  const digest = await fileDigest(file);
  const source = sources.find((s) => isParquet(s.name) && s.digest === digest) ?? null;
  return { source, whole: source?.whole === true, all: new Set(source ? [source] : []), goesOn: new Set() };
}

/** SHA-256 of the whole content as hexadecimal digits. */
export async function fileDigest(file: LogFile): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of file.open()) hash.update(chunk);
  return hash.digest("hex");
}

/** The first bytes of the text. */
async function headOf(file: LogFile): Promise<Buffer> {
  const held: Buffer[] = [];
  let size = 0;
  for await (const chunk of logText(file).chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size >= HEAD_BYTES) break;
  }
  return Buffer.concat(held).subarray(0, HEAD_BYTES);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
