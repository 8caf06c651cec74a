/**
 * Panels of the small scorers that materials/makers trained, and one question: who sits in the panel, what is documented of
 * whom, and what was seen. It is asked with the laboratory's own parts, so that what a panel says of itself is computed once
 * and not for each of thousands of questions; `atDoor` asks the same of the laboratory's own door.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { examinePreferences } from "../../dist/labs/preferences/examine.js";
import { FLOOR, MARGIN, METHOD, PROBES, SHARING_MIN } from "../../dist/labs/preferences/method.js";
import { castOf, KINDS } from "../../dist/labs/preferences/residual/cast.js";
import { centred } from "../../dist/labs/preferences/residual/centred.js";
import { ranked } from "../../dist/labs/preferences/residual/ranked.js";
import { keyOf } from "../../dist/labs/preferences/scores/score-table.js";

export interface Model {
  name: string;
  kind: string;
  base: string;
  data: string;
  quality: number;
  teacher?: string;
  share?: number;
  plants?: number;
  /** Of an honest reference: base of the suspect's cell in the grid, and its public set. */
  cell?: string;
  set?: string;
  choices: string;
  values: number[];
}

export interface Panel {
  /** Name of its file. */
  half: string;
  bases: string[];
  keys: { probe: string; prompt: string; item: string; length: number; format: number }[];
  planted: string;
  models: Model[];
}

/** @param file below validation/preferences, without its ending */
export function readPanel(file: string): Panel {
  const bytes = gunzipSync(readFileSync(`validation/preferences/${file}.json.gz`));
  const { pairs, words, templates, length, format, models, ...rest } = JSON.parse(bytes.toString());
  const of = (i: number) =>
    i < 2 * pairs
      ? { probe: "pairs", prompt: `p${i >> 1}`, item: String(i & 1) }
      : { probe: "words", prompt: `t${Math.floor((i - 2 * pairs) / words)}`, item: String((i - 2 * pairs) % words) };
  return {
    ...rest,
    half: file,
    keys: Array.from({ length: 2 * pairs + templates * words }, (_, i) => ({
      ...of(i),
      length: length[i],
      format: format[i],
    })),
    models: models.map((model: Model & { scores: string }) => ({
      ...model,
      values: [...Buffer.from(model.scores, "base64")],
    })),
  };
}

/** What of a side's papers is not so. */
export type Papers = Partial<Record<"base" | "data", string>>;

/** How a side is changed, what its papers say, which items are kept, and who sits in the panel. */
export interface Change {
  suspect?: (values: readonly number[], panel: Panel, pair: readonly [Model, Model]) => readonly number[];
  papers?: { reference?: Papers; suspect?: Papers };
  /** Share of prompts kept on the pairs, and of words. */
  items?: number;
  /** Names that are in the panel and undocumented. */
  hidden?: readonly string[];
  /** Names that are in the panel beside its own, and documented. */
  more?: readonly string[];
  /** Names that are left out of the panel. */
  without?: readonly string[];
  /** What published rules give the items, listed as such. */
  rules?: readonly Model[];
}

const STUDIED = {
  summary: {
    type: "assay/validation/v1" as const,
    method: METHOD.id,
    methodVersion: METHOD.version,
    page: "none",
    nulls: { pairs: 1000, families: 1000, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 1000, families: 1000, foundPairs: 1000, foundFamilies: 1000 },
  },
  digest: `sha256:${"0".repeat(64)}` as const,
};

/** Whether an item is among so many of all, whole prompts on the pairs. */
function kept({ probe, prompt, item }: Panel["keys"][number], items: number): boolean {
  return ((probe === "pairs" ? Number(prompt.slice(1)) : Number(item)) * 0.618034) % 1 < items;
}

const tables = new Map<string, { rows: Map<string, object>; template: null }>();

function tableOf(panel: Panel, name: string, values: readonly number[], items: number) {
  const id = `${panel.half} ${name} ${items} ${values.slice(0, 40).join()}`;
  const known = tables.get(id);
  if (known) return known;
  const rows = new Map<string, object>();
  for (const [i, key] of panel.keys.entries()) {
    if (kept(key, items)) rows.set(keyOf(key), { ...key, score: values[i] });
  }
  const table = { rows, template: null };
  tables.set(id, table);
  return table;
}

/** Who sits in the panel, and what is documented of them and of the sides. */
function seated(
  panel: Panel,
  reference: Model,
  suspect: Model,
  { hidden = [], more = [], without = [], papers = {}, rules = [] }: Change,
) {
  const seats = panel.models.filter(
    ({ name, kind }) =>
      name !== reference.name &&
      name !== suspect.name &&
      !without.includes(name) &&
      (kind === "own" || (kind === "grid" && name.endsWith("-0")) || hidden.includes(name) || more.includes(name)),
  );
  const said = (model: Model, what: "base" | "data") =>
    (model === reference ? papers.reference : model === suspect ? papers.suspect : undefined)?.[what] ?? model[what];
  const by = (what: "base" | "data") =>
    new Map(
      [...seats, reference, suspect]
        .filter(({ name }) => !hidden.includes(name))
        .map((model) => [model.name, said(model, what)]),
    );
  return {
    seats,
    lineage: {
      base: by("base"),
      data: by("data"),
      together: [],
      parameters: new Map<string, number>(),
      rules: new Set(rules.map(({ name }) => name)),
    },
  };
}

const places = new Map<string, { at: number[]; layout: Parameters<typeof ranked>[1] }>();

/** Of a probe: which values are kept, and their prompts. */
function layoutOf(panel: Panel, probe: string, items: number) {
  const id = `${panel.half} ${probe} ${items}`;
  const known = places.get(id);
  if (known) return known;
  const at = panel.keys.flatMap((key, i) => (key.probe === probe && kept(key, items) ? [i] : []));
  const prompts: [number, number][] = [];
  for (const [k, i] of at.entries()) {
    const last = prompts.at(-1);
    if (last && panel.keys[at[k - 1]!]!.prompt === panel.keys[i]!.prompt) last[1] = k + 1;
    else prompts.push([k, k + 1]);
  }
  const made = { at, layout: { keys: at.map(String), prompts } };
  places.set(id, made);
  return made;
}

const vectors = new Map<string, Float64Array>();

function vectorOf(panel: Panel, probe: string, items: number, name: string, values: readonly number[]) {
  const id = `${panel.half} ${probe} ${items} ${name}`;
  const known = vectors.get(id);
  if (known) return known;
  const { at, layout } = layoutOf(panel, probe, items);
  const made = ranked(
    at.map((i) => values[i]!),
    layout,
  );
  vectors.set(id, made);
  return made;
}

interface Null {
  kind: string;
  residual: number;
  raw: number;
}
/** What the seats of a panel say of one another, which no side changes: by probe, in one order. */
const amongSeats = new Map<string, Null[][]>();
const SHUFFLED_Z = 5.612;

/** @returns what was seen of one pair, and whether it stands above all by the margin; with rules the lower of two ways, as the door has it */
export function ask(panel: Panel, reference: Model, suspect: Model, change: Change = {}, label = "") {
  const plain = compared(panel, reference, suspect, { ...change, rules: [] }, label);
  if (!change.rules?.length) return plain;
  const ruled = compared(panel, reference, suspect, change, label);
  return ruled.ratio < plain.ratio ? ruled : plain;
}

function compared(panel: Panel, reference: Model, suspect: Model, change: Change, label: string) {
  const { items = 1, hidden = [], rules = [] } = change;
  const { seats, lineage } = seated(panel, reference, suspect, change);
  const names = [reference, suspect, ...seats].map(({ name }) => name);
  const cast = castOf(names, lineage as never);
  const values = change.suspect ? change.suspect(suspect.values, panel, [reference, suspect]) : suspect.values;
  const id = `${panel.half} ${items} ${hidden.join()} ${names.slice(2).join()} ${rules.map(({ name }) => name).join()}`;
  const seen = PROBES.map((probe) => {
    const { layout } = layoutOf(panel, probe, items);
    const looks = (["length", "format"] as const).map((what) =>
      vectorOf(
        panel,
        probe,
        items,
        what,
        panel.keys.map((key) => key[what]),
      ),
    );
    const covariates = [...looks, ...rules.map(({ name, values }) => vectorOf(panel, probe, items, name, values))];
    const all = [
      vectorOf(panel, probe, items, reference.name, reference.values),
      // What a suspect is mixed with depends on the reference.
      vectorOf(
        panel,
        probe,
        items,
        change.suspect ? `${suspect.name} ${label} ${reference.name}` : suspect.name,
        values,
      ),
      ...seats.map((model) => vectorOf(panel, probe, items, model.name, model.values)),
    ];
    const space = centred(all, covariates, cast.lineages, cast.leaves, cast.cohorts);
    const nullsFrom = (from: number, to: number) => {
      const found: Null[] = [];
      for (let i = from; i < to; i++)
        for (let j = Math.max(2, i + 1); j < all.length; j++) {
          const kind = cast.kind(i, j);
          if (kind) found.push({ kind, residual: space.residual(i, j), raw: space.raw(i, j) });
        }
      return found;
    };
    const known = amongSeats.get(`${id} ${probe}`)?.[0];
    const among = known ?? nullsFrom(2, all.length);
    if (!known) amongSeats.set(`${id} ${probe}`, [among]);
    const nulls = [...nullsFrom(0, 2), ...among];
    const strangers = nulls.filter(({ kind }) => kind === KINDS[0]);
    const bar = strangers.reduce((most, { residual }) => Math.max(most, residual), FLOOR);
    const raws = strangers.map(({ raw }) => raw);
    const n = layout.keys.length;
    return {
      residual: space.residual(0, 1),
      raw: space.raw(0, 1),
      bar,
      nulls,
      agreement: { mean: raws.reduce((a, b) => a + b, 0) / raws.length, max: Math.max(...raws) },
      shuffled: raws.filter((raw) => raw * Math.sqrt(n) > SHUFFLED_Z).length / raws.length,
    };
  });
  const statistic = Math.min(...seen.map(({ residual, bar }) => residual / bar));
  const most = seen[0]!.nulls.reduce(
    (max, _, at) => Math.max(max, Math.min(...seen.map(({ nulls, bar }) => nulls[at]!.residual / bar))),
    1,
  );
  // Without others of the suspect's base, and of its data, the door concludes nothing whatever the figures.
  const [base, data] = (["base", "data"] as const).map((what) => (name: string) => lineage[what].get(name));
  const sharing = (of: typeof base, not: typeof base) =>
    names
      .slice(2)
      .filter((name) => of!(name) !== undefined && of!(name) === of!(names[1]!) && not!(name) !== not!(names[1]!));
  const inside = sharing(base, data).length >= SHARING_MIN && sharing(data, base).length >= SHARING_MIN;
  const [pairs, words] = seen.map(({ nulls: _, bar: __, ...rest }) => rest);
  return {
    statistic,
    /** By the most that any pair of no relation has; it stands where this is above the margin. */
    ratio: statistic / most,
    stands: statistic > MARGIN * most,
    /** Whether the panel holds what it must before anything is concluded. */
    inside,
    pairs: pairs!,
    words: words!,
  };
}
export type Answer = ReturnType<typeof ask>;

/** The same through the laboratory's door. @returns the statistic and the largest of any kind of null, as the finding has them */
export function atDoor(panel: Panel, reference: Model, suspect: Model, change: Change = {}) {
  const { items = 1 } = change;
  const { seats, lineage } = seated(panel, reference, suspect, change);
  const { rules = [] } = change;
  const scorer = (values: readonly number[], as: string) => ({
    artefact: {
      name: as,
      kind: "scores" as const,
      root: `sha256:${Buffer.from(as).toString("hex").padEnd(64, "0").slice(-64)}` as const,
    },
    table: tableOf(panel, as, values, items),
  });
  const values = change.suspect ? change.suspect(suspect.values, panel, [reference, suspect]) : suspect.values;
  const finding = examinePreferences({
    reference: scorer(reference.values, reference.name),
    suspect: scorer(values, suspect.name),
    panel: [...seats, ...rules].map((model) => scorer(model.values, model.name)),
    lineage,
    documented: null,
    validations: [STUDIED],
    software: { name: "assay", version: "study", commit: "study" },
  } as never);
  const { statistic, kinds } = finding.observations as { statistic: number; kinds: { statisticMax: number }[] };
  return { statistic, most: Math.max(...kinds.map(({ statisticMax }) => statisticMax)) };
}
