/**
 * What is documented of scorers, `lineage.json` of a panel: `base` and `data` by name, each a list of scorers; `lineage`
 * for relations beyond these (a student and its teacher, an ensemble and its members); `parameters` by scorer; `rules` for
 * files that hold no scorer but what a published rule gives each item. Who is in none of the lists stands by itself. Sides
 * are listed under their files' names.
 */
import { z } from "zod";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";

const groups = z.record(z.string().max(300), z.array(z.string().max(300)).max(1000)).default({});
const schema = z.looseObject({
  base: groups,
  data: groups,
  lineage: groups,
  parameters: z.record(z.string().max(300), z.number().positive()).default({}),
  rules: z.array(z.string().max(300)).max(20).default([]),
});

export interface Lineage {
  base: ReadonlyMap<string, string>;
  data: ReadonlyMap<string, string>;
  /** Each list makes its scorers one lineage. */
  together: readonly (readonly string[])[];
  parameters: ReadonlyMap<string, number>;
  /** Of the panel's files, those that a published rule made: taken out, and no scorer. */
  rules: ReadonlySet<string>;
}

export const UNDOCUMENTED: Lineage = {
  base: new Map(),
  data: new Map(),
  together: [],
  parameters: new Map(),
  rules: new Set(),
};

/** @throws AssayError SCHEMA, FORMAT for a scorer of two bases */
export function readLineage(text: string, what: string): Lineage {
  const parsed = schema.safeParse(parseStrictJson(text, what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { base, data, lineage, parameters, rules } = parsed.data;
  const by = (of: Record<string, string[]>, kind: string) => {
    const found = new Map<string, string>();
    for (const [name, scorers] of Object.entries(of))
      for (const scorer of scorers) {
        if (found.has(scorer)) throw new AssayError("FORMAT", `${what}: expected one ${kind} of ${scorer}, got two`);
        found.set(scorer, name);
      }
    return found;
  };
  return {
    base: by(base, "base"),
    data: by(data, "data set"),
    together: Object.values(lineage),
    parameters: new Map(Object.entries(parameters)),
    rules: new Set(rules),
  };
}
