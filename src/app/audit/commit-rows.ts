/**
 * Commits to what a run has written so far: rows read from a source that are new go into the class's tree, and the tree's
 * root into the log, with a recent round and the proof that the rows before are a beginning of these. A source that says
 * something else than before is refused: what was committed cannot be changed.
 */
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { hex } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import type { Progress } from "../../base/progress.js";
import { unixSeconds } from "../../host/moment.js";
import type { SignedEntry } from "../../office/audit/entry.js";
import { rowOf } from "../../office/audit/readers/normal-form.js";
import { growthProof, treeRoot } from "../../office/audit/row-tree.js";
import type { DataRow, Row, RowClass } from "../../office/audit/rows.js";
import type { Policy } from "../../tlog/policy.js";
import { openSource } from "./row-source.js";
import { RowStore } from "./row-store.js";
import {
  enterInRun,
  momentText,
  openRun,
  type Round,
  type RunKey,
  recentRound,
  runSecret,
  signEntry,
} from "./run-log.js";

interface CommitOptions {
  folder: string;
  of: RowClass;
  sources: readonly string[];
  key: RunKey;
  round: Round | null;
  at: number | null;
  witnesses: Policy | null;
  /** Step of a checkpoint whose folder's name does not say it. */
  step: number | null;
  onProgress?: (progress: Progress) => void;
}

interface CommitResult {
  entry: SignedEntry | null;
  added: number;
  size: number;
}

/**
 * @returns rows added and all rows committed; where nothing is new no entry is made
 * @throws DIGEST where a source no longer begins with the rows committed before
 */
export async function commitRows(options: CommitOptions): Promise<CommitResult> {
  const { folder, of, sources, key, at, witnesses } = options;
  const { state } = await openRun(folder);
  if (at !== null && !state.opened!.beacon.standIn)
    throw new AssayError("USAGE", "audit: --at is for a run with a stand-in beacon");
  const store = await RowStore.open(folder, of, await runSecret(folder));
  try {
    let added = 0;
    for (const source of sources) added += await takeIn(store, of, source, options);
    await store.save();
    const last = state.committed.get(of)?.at(-1)?.said ?? null;
    const { size, tokens } = store.state;
    if (last && last.size === size) return { entry: null, added, size };
    const root = hex(await treeRoot(store.readHashes, size));
    const consistency = last && last.size > 0 ? await growthProof(store.readHashes, last.size, size) : [];
    const now = at ?? unixSeconds();
    const round = options.round ?? (await recentRound(folder, state.opened!.beacon, now));
    const { entry } = await enterInRun(
      folder,
      ({ opened }) =>
        signEntry(
          {
            kind: "committed",
            run: opened!.run,
            issued: momentText(now),
            class: of,
            format: [...new Set(Object.values(store.state.sources).map(({ format }) => format))].join("+").slice(0, 60),
            size,
            root,
            prev: last && { size: last.size, root: last.root },
            consistency: consistency.map(hex),
            beacon: round,
            tokens: of === "data" ? tokens : null,
          },
          key,
        ),
      witnesses,
    );
    return { entry, added, size };
  } finally {
    await store.close();
  }
}

/** @returns how many rows were new */
async function takeIn(
  store: RowStore,
  of: RowClass,
  path: string,
  { step, onProgress }: CommitOptions,
): Promise<number> {
  const name = resolve(path);
  const known = Object.hasOwn(store.state.sources, name)
    ? store.state.sources[name]!
    : { rows: 0, chain: "", format: "" };
  const source = await openSource(path, of, step);
  // One digest over all lines read; at the number of rows known it must be the one noted then.
  let chain = createHash("sha256");
  let [seen, added] = [0, 0];
  const held = () => {
    if (seen === known.rows && known.rows > 0 && chain.copy().digest("hex") !== known.chain)
      throw new AssayError(
        "DIGEST",
        `audit commit: ${quoted(basename(path))} no longer begins with the ${known.rows} rows committed before`,
      );
  };
  for await (const { fields, line } of source.rows) {
    chain = chain.update(line);
    seen++;
    if (seen <= known.rows) held();
    else {
      const row = rowOf(of, fields, line, store.state.tokens);
      count(store, of, row);
      await store.append(row);
      added++;
    }
    if (seen % 10_000 === 0) onProgress?.({ stage: `${of} of ${basename(path)}`, done: seen, total: 0 });
  }
  if (seen < known.rows)
    throw new AssayError(
      "DIGEST",
      `audit commit: ${quoted(basename(path))} holds ${seen} rows, fewer than the ${known.rows} committed before`,
    );
  await store.flush();
  store.state = {
    ...store.state,
    sources: { ...store.state.sources, [name]: { rows: seen, chain: chain.digest("hex"), format: source.format } },
  };
  return added;
}

function count(store: RowStore, of: RowClass, row: Row): void {
  if (of !== "data" || store.state.tokens === null) return;
  const { tokens } = row as DataRow;
  const total = tokens === null ? null : store.state.tokens + tokens;
  if (total !== null && !Number.isSafeInteger(total))
    throw new AssayError("LIMIT", "audit commit: expected fewer than 2^53 tokens");
  store.state.tokens = total;
}
