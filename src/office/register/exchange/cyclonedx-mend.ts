/**
 * What a stranger's BOM gets wrong, taken out so that the rest can be read: a licence id that SPDX does not know, a value
 * outside its list, a component without a name. Each place is named, by its path in the BOM as it came, with the reason.
 * What the model itself needs cannot be taken out: then the BOM is refused.
 */
import { AssayError } from "../../../base/error.js";

export interface SchemaFault {
  /** From the top, keys and indices. */
  path: string[];
  /** The schema's keyword; for `additionalProperties` the key that is too many. */
  keyword: string;
  property?: string;
  message: string;
}

export interface Mended {
  bom: Json;
  /** "path: reason", paths as in the BOM that came. */
  unread: string[];
  /** The path in the BOM that came of one in the mended BOM. */
  original: (path: string) => string;
}

type Json = Record<string, unknown>;
/** Each round takes the deepest faults out; real BOMs need three or four. */
const ROUNDS_MAX = 40;
const UNREAD_MAX = 1000;

/**
 * @param faultsOf what the schema says against it; empty when nothing
 * @param needed path of the model's component, which has to stay
 * @throws SCHEMA when what is needed is at fault
 */
export function mend(
  given: Json,
  faultsOf: (bom: Json) => SchemaFault[],
  needed: (bom: Json) => string[],
  what: string,
): Mended {
  const bom = structuredClone(given);
  const came = new Map<unknown[], number[]>();
  const cameAs = (list: unknown[]) => came.get(list) ?? list.map((_, i) => i);
  const original = (path: readonly string[]): string => {
    const names: string[] = [];
    let at: unknown = bom;
    for (const key of path) {
      names.push(Array.isArray(at) ? String(cameAs(at)[Number(key)] ?? key) : key);
      at = (at as Json | undefined)?.[key];
    }
    return names.join(".");
  };
  const unread: string[] = [];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const faults = faultsOf(bom);
    if (faults.length === 0) return { bom, unread, original: (path) => original(path.split(".")) };
    const depth = Math.max(...faults.map(({ path }) => path.length));
    const targets = new Map<string, { path: string[]; message: string }>();
    for (const fault of faults.filter(({ path }) => path.length === depth)) {
      const path = fault.property === undefined ? fault.path : [...fault.path, fault.property];
      if (!targets.has(path.join("\0"))) targets.set(path.join("\0"), { path, message: fault.message });
    }
    const keep = needed(bom);
    // From the back, so that indices before stay what they are.
    const ordered = [...targets.values()].sort((a, b) => Number(b.path.at(-1)) - Number(a.path.at(-1)) || 0);
    const found = ordered.map(({ path, message }) => `${original(path)}: ${message}`).reverse();
    for (const { path, message } of ordered) {
      if (path.length <= keep.length && path.every((key, i) => key === keep[i]))
        throw new AssayError(
          "SCHEMA",
          `${what}: expected CycloneDX 1.7: at /${path.join("/") || "the top"}: ${message}`,
        );
      remove(bom, path, came, cameAs);
    }
    unread.push(...found);
    if (unread.length > UNREAD_MAX) break;
  }
  throw new AssayError("SCHEMA", `${what}: expected CycloneDX 1.7: too much of it is something else: ${unread[0]}`);
}

function remove(
  bom: Json,
  path: readonly string[],
  came: Map<unknown[], number[]>,
  cameAs: (list: unknown[]) => number[],
): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Json | undefined)?.[key], bom);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) {
    const indices = [...cameAs(parent)];
    parent.splice(Number(last), 1);
    indices.splice(Number(last), 1);
    came.set(parent, indices);
  } else if (typeof parent === "object" && parent !== null) delete (parent as Json)[last];
}
