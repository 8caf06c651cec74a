/** Where the parts of a case lie in its bundle. */
export const CASE_FILE = "case.json";
export const STATED_FILE = "state.json";
export const CHECKPOINT_FILE = "checkpoint";
export const KEYS_FILE = "log-keys.txt";

/** @param what record or bundle; numbers have six digits, so that paths sort as entries do */
export function entryPath(seq: number, what: "record" | "bundle"): string {
  return `entries/${String(seq).padStart(6, "0")}.${what}.json`;
}

/** Without the algorithm's name: all objects of a case are named by SHA-256. */
export function objectFile(digest: string): string {
  return `objects/${digest.slice(7)}`;
}
