/** What shows that entries lie in the case's log: the checkpoint, and for each entry the hashes that lead to its root. */
import { base64, fromUtf8 } from "../../base/bytes.js";
import type { VerdictLog } from "../../report/verdict/verdict.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import { parseProofFile } from "../../tlog/proof-file.js";
import { openLog, proveEntry, readHead } from "../log/log.js";

/** Null where no log lies in the folder: a case in memory. @param entries numbers of entries, in any order */
export async function logOfVerdict(folder: string, entries: readonly number[]): Promise<VerdictLog | null> {
  const read = openLog(folder);
  if (!(await read(CHECKPOINT_PATH))) return null;
  const { bytes, head } = await readHead(read, folder, null);
  const proofs: VerdictLog["proofs"] = [];
  for (const entry of [...new Set(entries)].sort((a, b) => a - b).filter((each) => each < head.size)) {
    const { proof } = parseProofFile(await proveEntry(folder, entry, null));
    proofs.push({ entry, hashes: proof.map(base64) });
  }
  return { size: head.size, checkpoint: fromUtf8(bytes, "checkpoint"), proofs };
}
