/** Checkpoints of a run by made-up roots, in the order given, committed without folders of weights. */
import { commitRows } from "../../dist/app/audit/commit-rows.js";
import { RowStore } from "../../dist/app/audit/row-store.js";
import { runSecret } from "../../dist/app/audit/run-log.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { rowOf } from "../../dist/office/audit/readers/normal-form.js";
import { type AuditedRun, OPENED_AT } from "./audited-run.ts";

/** @param steps the root of each is the digest of its place and step */
export async function committedCheckpoints(
  run: AuditedRun,
  steps: readonly number[],
  afterSeconds: number,
): Promise<string[]> {
  const store = await RowStore.open(run.folder, "checkpoints", await runSecret(run.folder));
  const roots = steps.map((step, i) => sha256Digest(new TextEncoder().encode(`${i} ${step}`)));
  for (const [i, step] of steps.entries())
    await store.append(rowOf("checkpoints", { step, root: roots[i]! }, `sha256:${"0".repeat(64)}`, null));
  await store.save();
  await store.close();
  await commitRows({
    folder: run.folder,
    of: "checkpoints",
    sources: [],
    key: run.maker.key,
    round: null,
    at: OPENED_AT + afterSeconds,
    witnesses: null,
    step: null,
  });
  return roots;
}
