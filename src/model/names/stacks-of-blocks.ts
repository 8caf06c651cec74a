/**
 * Finds the stacks of layers in a model of any maker: what stands before a number that is followed by the name of a map
 * (blocks.ts). An encoder, a decoder and a tower are stacks of their own. Those of the width of the largest are read as
 * one model, their layers numbered one stack behind the other; stacks of another width stay without a place. A name
 * says nothing of what a tensor holds, and a stack whose shapes do not fit is found out in fitting.ts.
 */
import type { Entry } from "../entries.js";
import { BLOCK_NAMINGS, COORDINATES_APART, EMBEDDINGS } from "./blocks.js";
import type { Naming, Place } from "./naming.js";

/** Prefixes looked at of one naming; public models have a few, and stages of vision models some dozen (CWE-770). */
const STACKS_MAX = 256;

interface Found {
  prefix: string;
  values: number;
  /** One more than the largest number. */
  layers: number;
  /** Inputs of its first up map, by name; null where it has none. */
  width: number | null;
}

/** One place a naming, under the prefix of its largest stack, with all stacks of that one's width in it. */
export function blockPlaces(entries: readonly Entry[]): Place[] {
  const names = entries.map(({ name }) => name);
  const apart = names.some((name) => COORDINATES_APART.test(name));
  return BLOCK_NAMINGS.flatMap((table) => {
    const naming: Naming = { ...table, prefixes: [], layer: "", globalNames: {}, outputNames: {} };
    const found = stacksOf(entries, naming);
    const [largest] = [...found].sort((a, b) => b.values - a.values || (a.prefix < b.prefix ? -1 : 1));
    if (largest === undefined) return [];
    const joined = found.filter(({ width }) => width === largest.width).sort(byName);
    let first = 0;
    const stacks = joined.map(({ prefix, layers }) => {
      const at = { prefix, first };
      first += layers;
      return at;
    });
    const embed = apart ? undefined : names.find((name) => EMBEDDINGS.test(name));
    const globals = new Map(
      embed === undefined
        ? []
        : ([
            [embed, "embed"],
            ["lm_head.weight", "output"],
          ] as const),
    );
    return [{ naming, prefix: largest.prefix, stacks, globals }];
  });
}

function stacksOf(entries: readonly Entry[], naming: Naming): Found[] {
  const found = new Map<string, Found>();
  for (const { name, shape, elements } of entries)
    for (const match of name.matchAll(/(?<=^|\.)(0|[1-9]\d{0,5})\./g)) {
      const rest = name.slice(match.index + match[0].length);
      const role = heldBy(rest, naming);
      if (role === null) continue;
      const prefix = name.slice(0, match.index);
      const stack = found.get(prefix) ?? { prefix, values: 0, layers: 0, width: null };
      if (found.size >= STACKS_MAX && !found.has(prefix)) continue;
      found.set(prefix, stack);
      stack.values += elements;
      stack.layers = Math.max(stack.layers, Number(match[1]) + 1);
      if (/(^|\.)(up|gate)$/.test(role)) stack.width ??= (naming.transposed ? shape[0] : shape.at(-1)) ?? null;
      // The first number that is followed by a known name: what comes behind it is an expert's.
      break;
    }
  // A stack without an MLP's maps has nothing to be joined for.
  return [...found.values()].filter(({ width }) => width !== null);
}

function heldBy(rest: string, { layerNames, fused, expertNames = {}, stacks = {} }: Naming): string | null {
  if (Object.hasOwn(layerNames, rest)) return layerNames[rest]!;
  if (Object.hasOwn(fused, rest)) return fused[rest]!.parts[0]!;
  if (Object.hasOwn(stacks, rest)) return stacks[rest]!.parts[0]!;
  const pattern = rest.replace(/(?<=[._])\d{1,6}(?=\.)/, "K");
  return Object.hasOwn(expertNames, pattern) ? expertNames[pattern]! : null;
}

/** Numbers in a prefix by size: stage 2 before stage 10. */
function byName(a: Found, b: Found): number {
  return a.prefix.localeCompare(b.prefix, "en", { numeric: true });
}
