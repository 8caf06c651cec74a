/** Examine a provider's logs: take in what is new, then look for groups of accounts in all of it. */

import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SOFTWARE } from "../../../app/software.js";
import type { Progress } from "../../../base/progress.js";
import type { Finding } from "../../../finding/finding.js";
import type { Validation } from "../../../finding/validation.js";
import { examineTraffic } from "../examine.js";
import { ingest } from "../host/ingest.js";
import { readHashKey } from "../host/keyed-hash.js";
import type { Manifest, SourceState } from "../host/rows/manifest.js";
import { openEngine } from "../host/sql/open-engine.js";
import type { Mapping } from "../log/mapping.js";
import { mergeRejects, type Rejects } from "../log/parse-lines.js";
import { type IntakeFacts, intakeFacts } from "./intake-facts.js";

export interface ExamineLogsOptions {
  logs: readonly string[];
  /** Folder of the tables; kept between runs, so that only new rows are read. */
  folder: string;
  /** File of the key that hashes identifiers; drawn anew where it is the default and not there. */
  keyFile: string;
  keyMayBeNew: boolean;
  mapping: Mapping | null;
  reveal: boolean;
  follow?: boolean;
  /** What an earlier look had taken in: if there is nothing else, nothing is examined again. */
  seen?: string;
  /** Studies at hand. */
  studies: readonly Validation[];
  threads?: number;
  onProgress: (progress: Progress) => void;
}

export interface LogsExamined {
  findings: Finding[];
  manifest: Manifest;
  intake: IntakeFacts;
  newRows: number;
  /** Says what was taken in. */
  mark: string;
}

/** A look at a log that holds what it held before has no findings. */
interface NothingNew {
  findings: null;
  mark: string;
}

/** With `seen`, the mark that an earlier run handed back, it says "nothing new" where the log has not changed since. */
export async function examineLogs(options: ExamineLogsOptions & { seen: string }): Promise<LogsExamined | NothingNew>;
export async function examineLogs(options: ExamineLogsOptions): Promise<LogsExamined>;
export async function examineLogs(options: ExamineLogsOptions): Promise<LogsExamined | NothingNew> {
  const key = await readHashKey(options.keyFile, options.keyMayBeNew);
  const engine = await openEngine(options.folder);
  try {
    const { manifest, newRows } = await ingest(engine, { ...options, key });
    const mark = JSON.stringify([manifest.batches, manifest.sources.map(({ number, rows }) => [number, rows])]);
    if (mark === options.seen) return { findings: null, mark };
    const intake = await intakeFacts(engine, manifest);
    const { fill, refusal } = intake;
    const findings = await examineTraffic({
      engine,
      name: logName(manifest.sources),
      formats: manifest.sources.flatMap((source) => Object.keys(source.formats)),
      rejects: allRejects(manifest.sources),
      intake: fill === null ? null : { fill, refusal },
      reveal: options.reveal ? await readNames(options.folder) : null,
      validations: options.studies,
      software: SOFTWARE,
      onStage: (stage) => options.onProgress({ stage, done: 0, total: 1 }),
    });
    return { findings, manifest, intake, newRows, mark };
  } finally {
    await engine.close();
  }
}

/** A name that does not depend on how the log is cut into files. */
function logName(sources: readonly SourceState[]): string {
  return sources.length === 1 ? sources[0]!.name : "log";
}

function allRejects(sources: readonly SourceState[]): Rejects {
  const all: Rejects = {};
  for (const { rejects } of sources) mergeRejects(all, rejects);
  return all;
}

const NAME_LINE = /^([0-9a-f]{32})\t("(?:[^"\\]|\\.)*")$/;

/** Accounts in clear by hash, as the owner kept them. */
async function readNames(folder: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const lines = createInterface({
    input: createReadStream(join(folder, "accounts.tsv")),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    const [, hash, account] = NAME_LINE.exec(line) ?? [];
    // A line that a kill cut short stands again further down.
    if (hash && account) names.set(hash, JSON.parse(account) as string);
  }
  return names;
}
