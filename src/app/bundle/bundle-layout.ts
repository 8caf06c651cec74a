/**
 * Where the parts of a bundle lie. The first finding of an examination stands under `data/`, each further one, with
 * its own page, study and figures, under `data/findings/N/`, N from 2 without a gap and in the order they were made.
 */

/** A bag holds at most 4,096 files (evidence/bag.ts), and a finding brings up to some fifteen. */
export const FINDINGS_MAX = 256;

/** Folder of the n-th finding (from 0) inside the payload, with its slash; "" for the first. */
export function findingFolder(n: number): string {
  return n === 0 ? "" : `findings/${n + 1}/`;
}

const OF_FINDING = String.raw`(?:finding\.json|page\.html|validation\.json|figures\/[^/]+\.(?:svg|csv))`;
const OF_BUNDLE = String.raw`(?:request\.json|HOW-TO-VERIFY\.txt)`;

/** Every path that a payload may hold. */
export const PAYLOAD_PATH = new RegExp(`^data/(?:${OF_BUNDLE}|(?:findings/[1-9][0-9]{0,2}/)?${OF_FINDING})$`);

/**
 * How many findings the paths of a bundle speak of: one more than there are folders under `data/findings/`.
 * Null where those are not numbered from 2 without a gap, or are too many.
 */
export function findingCount(paths: Iterable<string>): number | null {
  const folders = new Set<string>();
  for (const path of paths) {
    const folder = /^data\/findings\/([^/]*)\//.exec(path)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const count = folders.size + 1;
  if (count > FINDINGS_MAX) return null;
  for (let n = 2; n <= count; n++) if (!folders.has(String(n))) return null;
  return count;
}
