/**
 * The strongest check of a bundle: its laboratory finds the inputs by digest, examines them again with the bundle's
 * settings, and each finding and page is compared bit for bit. Only the software's own name may differ, and then it is
 * said.
 */
import type { Files } from "../evidence/bag.js";
import { decodeRequest } from "../evidence/request.js";
import { findingCount, findingFolder } from "./bundle/bundle-layout.js";
import type { Check } from "./bundle/check.js";
import { compare, storedPart } from "./bundle/compare-findings.js";
import { askingOf } from "./known.js";
import type { RecomputeDesk } from "./laboratory.js";
import { pages } from "./publish.js";

/**
 * @param files of a bundle that was verified @param options where the inputs lie @returns checks by name; it compares
 * and never mends
 */
export async function recompute(
  files: Files,
  options: Omit<RecomputeDesk, "studies" | "stored"> & { keyId: string | null },
): Promise<Check[]> {
  const request = decodeRequest(files.get("data/request.json")!, "data/request.json");
  const asking = askingOf(request.command);
  const count = findingCount(files.keys()) ?? 1;
  const parts = Array.from({ length: count }, (_, n) => storedPart(files, findingFolder(n)));
  // The studies that the findings leaned on, whatever this version ships.
  const studies = parts.flatMap(({ study }) => (study ? [study] : []));
  const question = await asking.question.load();
  const { keyId, ...desk } = options;
  const { findings } = await question.again(request, { ...desk, studies, stored: parts.map(({ finding }) => finding) });
  if (findings.length !== count) {
    const detail = `the bundle holds ${count} findings, this version makes ${findings.length}`;
    return [{ name: "recomputed findings", holds: false, detail }];
  }
  const pageOf = await pages(asking, request, keyId);
  return parts.flatMap((part, n) => compare(part, findings[n]!, pageOf, n));
}
