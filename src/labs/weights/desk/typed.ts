/** How a request of the weights laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { quotedWord } from "../../../app/asked.js";
import { AssayError } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import { commitmentOf } from "../making/commitment.js";
import type { Settings } from "../method.js";

/** Seed and amounts are settings and typed in full; models and receipts are files of whoever types. */
export function weightsTyped(request: ExaminationRequest): string {
  const { seed, rows, seedBits, exhibits, committed, candidates } = settingsOf(request);
  const receipts = committed ? ` --committed${" RECEIPT".repeat(committed.length)} --policy POLICY` : "";
  const paid = candidates === undefined ? "" : ` --candidates ${candidates}`;
  const init = seedBits === undefined ? "" : ` --init INIT --seed-bits ${seedBits}`;
  return `REFERENCE SUSPECT --seed ${quotedWord(seed)} --rows ${rows}${init}${exhibits ? " --exhibits" : ""}${paid}${receipts}`;
}

/** @throws AssayError UNSUPPORTED where the request is of another form */
export function settingsOf(request: ExaminationRequest): Settings {
  const { seed, rows, seedBits, exhibits, committed, candidates } = request.settings;
  if (typeof seed !== "string" || (rows !== "sampled" && rows !== "all" && rows !== "screened"))
    throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine weights` with a seed and rows");
  return {
    seed,
    rows,
    ...(typeof seedBits === "number" ? { seedBits } : {}),
    ...(exhibits === true ? { exhibits } : {}),
    ...(typeof candidates === "number" ? { candidates } : {}),
    ...(Array.isArray(committed) ? { committed: committed.flatMap((text) => commitmentOf(text) ?? []) } : {}),
  };
}
