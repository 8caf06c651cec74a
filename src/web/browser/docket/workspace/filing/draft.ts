/** A draft: answers kept in this browser until they are filed or forgotten. Files are not kept, only their names. */
import type { EntryKind, Role, Tier } from "../../../../../office/docket/pack/names.js";
import { here } from "../held.js";

export interface Draft {
  kind: EntryKind;
  role: Role;
  tier: Tier;
  /** As typed, by the path of its field; of a file, its name. */
  facts: Record<string, string>;
  text: string;
  files: string[];
}

const PREFIX = `assay-draft ${here} `;
const key = (role: Role, kind: EntryKind) => `${PREFIX}${role} ${kind}`;
/** Files of the draft at hand: as long as this page is open. */
export const chosen = new Map<string, Uint8Array>();
/** And those from which facts are made, by the path of their field. */
export const given = new Map<string, { name: string; bytes: Uint8Array }>();

/** As it was left, or a new one. */
export function draftOf(role: Role, kind: EntryKind): Draft {
  const kept = localStorage.getItem(key(role, kind));
  if (kept !== null)
    try {
      return JSON.parse(kept) as Draft;
    } catch {
      forget(role, kind);
    }
  return { kind, role, tier: "PUBLIC", facts: {}, text: "", files: [] };
}

/** Writes it down in this browser. */
export function keep(draft: Draft): void {
  localStorage.setItem(key(draft.role, draft.kind), JSON.stringify(draft));
}

/** Filed, or no longer wanted. */
export function forget(role: Role, kind: EntryKind): void {
  localStorage.removeItem(key(role, kind));
  chosen.clear();
  given.clear();
}

/** Kinds with a draft in this role. */
export function draftsOf(role: Role): EntryKind[] {
  const keys = Array.from({ length: localStorage.length }, (_, n) => localStorage.key(n)!);
  const mine = `${PREFIX}${role} `;
  return keys.filter((each) => each.startsWith(mine)).map((each) => each.slice(mine.length) as EntryKind);
}
