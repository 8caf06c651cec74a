/** The maker's side of a training summary: counted from its own committed rows, logged by root, shown line by line. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { fromHex, fromUtf8, hex } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import type { Progress } from "../../base/progress.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { unixSeconds } from "../../host/moment.js";
import { writeNewFile } from "../../host/small-file.js";
import { readWhole } from "../../host/whole-file.js";
import type { EntryOf, SignedEntry } from "../../office/audit/entry.js";
import type { DataRow } from "../../office/audit/rows.js";
import {
  type Disclosed,
  encodeDisclosed,
  readDisclosed,
  SummaryCount,
  type SummaryLine,
  shownLines,
  summaryTree,
} from "../../office/audit/summary.js";
import type { Policy } from "../../tlog/policy.js";
import { RowStore } from "./row-store.js";
import { enterInRun, momentText, openRun, type RunKey, runSecret, signEntry } from "./run-log.js";

const summarySchema = z.strictObject({
  type: z.literal("assay/training-summary/v1"),
  run: z.string(),
  summary: z.string(),
  lines: z.array(z.strictObject({ salt: z.string().regex(/^[0-9a-f]{32}$/), line: z.unknown() })).max(200_001),
});

interface SummariseOptions {
  folder: string;
  fields: readonly string[];
  /** A new file for all lines with their salts: its owner's. */
  out: string;
  key: RunKey;
  at: number | null;
  witnesses: Policy | null;
  onProgress?: (progress: Progress) => void;
}

/** Counts the rows of the last commitment to data, and enters the root over the lines. */
export async function summarise(options: SummariseOptions): Promise<{ entry: SignedEntry; lines: SummaryLine[] }> {
  const { folder, fields, out, key, at, witnesses, onProgress } = options;
  const { state } = await openRun(folder);
  const target = state.committed.get("data")?.at(-1);
  if (!target) throw new AssayError("USAGE", "audit summary: expected a commitment to data in this run");
  const counted = new SummaryCount(fields);
  const store = await RowStore.open(folder, "data", await runSecret(folder));
  try {
    let done = 0;
    for await (const row of store.rows(target.said.size)) {
      counted.add(row as DataRow);
      if (++done % 10_000 === 0) onProgress?.({ stage: "summary", done, total: target.said.size });
    }
  } finally {
    await store.close();
  }
  const lines = counted.lines();
  const salts = lines.map(() => new Uint8Array(randomBytes(16)));
  const { root } = await summaryTree(lines, salts);
  const said: EntryOf<"summarised"> = {
    kind: "summarised",
    run: state.opened!.run,
    issued: momentText(at ?? unixSeconds()),
    target: target.digest,
    fields: [...fields],
    size: lines.length,
    root,
  };
  const { entry } = await enterInRun(folder, () => signEntry(said, key), witnesses);
  const kept = lines.map((line, i) => ({ salt: hex(salts[i]!), line }));
  const whole = { type: "assay/training-summary/v1", run: state.run!, summary: entry.digest, lines: kept };
  await writeNewFile(out, canonicalJsonBytes(whole), true);
  return { entry, lines };
}

/** The lines of some fields, or of some values of them, with the proofs that they are in the summary. */
export async function disclose(
  path: string,
  wanted: { fields: readonly string[]; values: readonly string[]; total: boolean },
): Promise<Uint8Array> {
  const parsed = summarySchema.safeParse(parseStrictJson(fromUtf8(await readWhole(path), path), path));
  if (!parsed.success) throw new AssayError("SCHEMA", `${quoted(path)}: expected a summary with its salts`);
  const lines = parsed.data.lines.map(({ line }) => line as SummaryLine);
  const tree = await summaryTree(
    lines,
    parsed.data.lines.map(({ salt }) => fromHex(salt, "salt")),
  );
  const picked: Disclosed["lines"] = [];
  for (const [index, line] of lines.entries()) {
    const take =
      line.field === null
        ? wanted.total
        : wanted.fields.includes(line.field) &&
          (wanted.values.length === 0 || wanted.values.includes(line.value ?? ""));
    if (take) picked.push({ index, salt: parsed.data.lines[index]!.salt, line, proof: await tree.proof(index) });
  }
  if (picked.length === 0) throw new AssayError("NOT_FOUND", "audit disclose: no line of the summary is asked for");
  return encodeDisclosed({
    type: "assay/training-summary-disclosed/v1",
    summary: parsed.data.summary,
    lines: picked,
  });
}

/** Shown lines held against the run's log. @throws DIGEST where one is not in the committed summary, NOT_FOUND */
export async function disclosedOf(
  where: string,
  path: string,
): Promise<{ lines: SummaryLine[]; entry: EntryOf<"summarised"> }> {
  const { state } = await openRun(where);
  const disclosed = readDisclosed(await readWhole(path), path);
  const found = state.summaries.get(disclosed.summary);
  if (!found) throw new AssayError("NOT_FOUND", `${quoted(path)}: this run's log has no such summary`);
  return { lines: shownLines(disclosed, found.said), entry: found.said };
}
