/** Where the parts of a case lie in its bundle. */
export const CASE_FILE = "case.json";
export const STATED_FILE = "state.json";
export const CHECKPOINT_FILE = "checkpoint";
export const KEYS_FILE = "log-keys.txt";

export function entryPath(seq: number, what: "record" | "bundle"): string {
  return `entries/${String(seq).padStart(6, "0")}.${what}.json`;
}

export function objectFile(digest: string): string {
  return `objects/${digest.slice(7)}`;
}
