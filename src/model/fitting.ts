/**
 * Which tensors of a model fit together: those that do are the model, any other is left out by name and the rest is
 * read. One tensor of another width, a missing one, a layer without attention or without an MLP (pruned by architecture
 * search: Bercovich et al., Puzzle, arXiv 2411.19146) keeps nothing else from being examined. Widths are what most
 * tensors have. It sees shapes, never values.
 */
import { EXPERTS_MAX } from "./layouts/stacks.js";
import { type CanonicalTensor, LAYER_ROLES, type LeftOut, type SpareTensor } from "./model.js";

/** Layers beyond this many times those found (and a few) are numbers of somebody's fancy: they are left out. */
const NUMBERS_PER_LAYER = 2;
const NUMBERS_MORE = 16;

interface Fitting {
  tensors: Map<string, CanonicalTensor>;
  layers: number;
  hidden: number;
  /** Routed experts: one more than the largest number. */
  experts: number;
  leftOut: LeftOut[];
  /** Tensors that can be read but stand in no place of the model. */
  spare: SpareTensor[];
}

/** Residual width along columns, or along rows. */
const READS_RESIDUAL =
  /^(embed|output|mlp\.(shared\.|experts\.\d+\.)?(gate|up)|mlp\.router|mlp\.shared\.router|attention\.(q|k|v|q\.a|kv\.a))$/;
const WRITES_RESIDUAL = /^(mlp\.(shared\.|experts\.\d+\.)?down|attention\.o)$/;
const ALONG_RESIDUAL =
  /^(norm|norm\.bias|norm\.(attention|mlp)(\.post|\.bias)?|attention\.o\.bias|mlp\.(shared\.|experts\.\d+\.)?down\.bias)$/;

/** @returns what fits, or why nothing is a model that is read */
export function fitting(all: ReadonlyMap<string, CanonicalTensor>): Fitting | string {
  const leaving = new Leaving(all);
  if (![...all.values()].some(({ layer }) => layer !== null)) return "no layers under names that are read";
  const hidden = residualWidth(leaving.tensors);
  if (hidden === null) return "nothing settles the residual width";
  leaveStrangeNumbers(leaving);
  for (const tensor of leaving.all()) {
    const { role, matrix } = tensor;
    const found = WRITES_RESIDUAL.test(role) ? matrix.rows : matrix.columns;
    const bound = WRITES_RESIDUAL.test(role) || READS_RESIDUAL.test(role) || ALONG_RESIDUAL.test(role);
    if (bound && found !== hidden) leaving.leave(tensor, `residual width ${found}, where the model has ${hidden}`);
  }
  fitOutput(leaving);
  for (const layer of leaving.layers()) fitAttention(leaving, layer);
  fitMlps(leaving);
  const layers = leaving.layers();
  const { tensors } = leaving;
  const whole = [...tensors.values()].some(({ role }) => /^mlp\..*up$/.test(role) || role === "attention.v");
  if (!whole) return leaving.firstReason() ?? "no MLP and no attention under names that are read";
  const experts = 1 + Math.max(-1, ...[...tensors.values()].map(({ role }) => expertOf(role) ?? -1));
  return {
    tensors,
    layers: Math.max(-1, ...layers) + 1,
    hidden,
    experts,
    leftOut: [...leaving.leftOut(), ...notThere(tensors, Math.max(-1, ...layers) + 1)],
    spare: leaving.spare,
  };
}

class Leaving {
  readonly tensors: Map<string, CanonicalTensor>;
  readonly spare: SpareTensor[] = [];
  readonly #left: { tensor: CanonicalTensor; why: string }[] = [];

  constructor(all: ReadonlyMap<string, CanonicalTensor>) {
    this.tensors = new Map(all);
  }

  all(): CanonicalTensor[] {
    return [...this.tensors.values()];
  }

  layers(): number[] {
    return [...new Set(this.all().flatMap(({ layer }) => layer ?? []))].sort((a, b) => a - b);
  }

  leave(tensor: CanonicalTensor, why: string): void {
    if (!this.tensors.delete(tensor.name)) return;
    this.#left.push({ tensor, why });
    this.spare.push({ name: tensor.sourceName, matrix: tensor.matrix });
  }

  leftOut(): LeftOut[] {
    return this.#left.map(({ tensor: { name, matrix }, why }) => ({
      part: name,
      why,
      values: matrix.rows * matrix.columns,
    }));
  }

  firstReason(): string | null {
    const [first] = this.#left;
    return first ? `${first.tensor.name}: ${first.why}` : null;
  }
}

/** What most tensors that touch the residual stream have; of two as frequent the embedding's, then the smaller. */
function residualWidth(tensors: ReadonlyMap<string, CanonicalTensor>): number | null {
  const counts = new Map<number, number>();
  for (const { role, matrix } of tensors.values()) {
    const width = WRITES_RESIDUAL.test(role) ? matrix.rows : READS_RESIDUAL.test(role) ? matrix.columns : null;
    if (width !== null) counts.set(width, (counts.get(width) ?? 0) + 1);
  }
  const embed = tensors.get("embed")?.matrix.columns;
  return mostFrequent(counts, embed);
}

function mostFrequent(counts: ReadonlyMap<number, number>, preferred?: number): number | null {
  const ranked = [...counts].sort(
    ([x, m], [y, n]) => n - m || Number(y === preferred) - Number(x === preferred) || x - y,
  );
  return ranked[0]?.[0] ?? null;
}

/** Numbers of layers and experts are taken as they stand, gaps and all, unless they are far beyond what is there. */
function leaveStrangeNumbers(leaving: Leaving): void {
  const layers = leaving.layers();
  const limit = NUMBERS_PER_LAYER * layers.length + NUMBERS_MORE;
  for (const tensor of leaving.all()) {
    const expert = expertOf(tensor.role);
    if (tensor.layer !== null && tensor.layer >= limit)
      leaving.leave(tensor, `layer ${tensor.layer} of a model of ${layers.length} layers`);
    else if (expert !== null && expert >= EXPERTS_MAX) leaving.leave(tensor, `expert ${expert}`);
  }
}

function fitOutput(leaving: Leaving): void {
  const [embed, output] = [leaving.tensors.get("embed"), leaving.tensors.get("output")];
  if (embed && output && embed.matrix.rows !== output.matrix.rows)
    leaving.leave(output, `${output.matrix.rows} rows, where the embedding has ${embed.matrix.rows}`);
}

type Part = "attention.q" | "attention.k" | "attention.v" | "attention.o";

function fitAttention(leaving: Leaving, layer: number): void {
  const of = (role: string) => leaving.tensors.get(`layers.${layer}.${role}`);
  const leave = (tensor: CanonicalTensor | undefined, why: string) => tensor && leaving.leave(tensor, why);
  // Queries and values through a low-rank middle have widths of their own.
  if (of("attention.kv.b")) {
    fitLatent(leaving, layer);
    return;
  }
  const usual = (role: Part, along: "rows" | "columns") => {
    const counts = new Map<number, number>();
    for (const tensor of leaving.all())
      if (tensor.role === role) counts.set(tensor.matrix[along], (counts.get(tensor.matrix[along]) ?? 0) + 1);
    return mostFrequent(counts);
  };
  const [q, k, v, o] = [of("attention.q"), of("attention.k"), of("attention.v"), of("attention.o")];
  if (k && v && k.matrix.rows !== v.matrix.rows) {
    const why = `${k.matrix.rows} key rows beside ${v.matrix.rows} value rows`;
    const [odd, odder] = [
      k.matrix.rows !== usual("attention.k", "rows"),
      v.matrix.rows !== usual("attention.v", "rows"),
    ];
    if (odd || !odder) leave(k, why);
    if (odder) leave(v, why);
  }
  if (q && o && q.matrix.rows !== o.matrix.columns) {
    const why = `${q.matrix.rows} query rows beside ${o.matrix.columns} columns of the output projection`;
    const [odd, odder] = [
      q.matrix.rows !== usual("attention.q", "rows"),
      o.matrix.columns !== usual("attention.o", "columns"),
    ];
    if (odd || !odder) leave(q, why);
    if (odder) leave(o, why);
  }
  const [queries, values] = [of("attention.q")?.matrix.rows, of("attention.v")?.matrix.rows];
  if (queries !== undefined && values !== undefined && queries % values !== 0)
    leave(of("attention.q"), `${queries} query rows are no multiple of ${values} value rows`);
  for (const part of ["q", "k", "v"] as const) {
    const [bias, matrix] = [of(`attention.${part}.bias`), of(`attention.${part}`)];
    if (bias && matrix && bias.matrix.columns !== matrix.matrix.rows)
      leave(bias, `${bias.matrix.columns} values for ${matrix.matrix.rows} rows`);
  }
}

/** Low-rank middles must fit (DeepSeek V2, arXiv 2405.04434). */
function fitLatent(leaving: Leaving, layer: number): void {
  const of = (role: string) => leaving.tensors.get(`layers.${layer}.attention.${role}`);
  const middle = (b: string, width: number | undefined, norm: CanonicalTensor | undefined) => {
    const tensor = of(b);
    if (!tensor || width === undefined) return;
    if (tensor.matrix.columns !== width)
      leaving.leave(tensor, `${tensor.matrix.columns} columns, where its middle has ${width}`);
    if (norm && norm.matrix.columns !== width)
      leaving.leave(norm, `${norm.matrix.columns} values, where the middle has ${width}`);
  };
  middle("kv.b", of("kv.a.norm")?.matrix.columns, undefined);
  middle("q.b", of("q.a")?.matrix.rows, of("q.a.norm"));
}

/** Gate, up and down of one MLP have one number of units; two that agree are the MLP, and without up there is none. */
function fitMlps(leaving: Leaving): void {
  const stems = new Map<string, number>();
  for (const { name, role, layer } of leaving.all()) {
    const match = /^(layers\.\d+\.mlp(?:\.shared|\.experts\.\d+)?)\.(gate|up|down)(\.bias)?$/.exec(name);
    if (match && layer !== null && role !== "mlp.router") stems.set(match[1]!, layer);
  }
  const gated: string[] = [];
  for (const stem of stems.keys()) {
    const of = (part: string) => leaving.tensors.get(`${stem}.${part}`);
    const counts = new Map<number, number>();
    const units = { gate: of("gate")?.matrix.rows, up: of("up")?.matrix.rows, down: of("down")?.matrix.columns };
    for (const n of Object.values(units)) if (n !== undefined) counts.set(n, (counts.get(n) ?? 0) + 1);
    const agreed = mostFrequent(counts, units.up);
    for (const part of ["gate", "up", "down"] as const)
      if (units[part] !== undefined && units[part] !== agreed)
        leaving.leave(of(part)!, `${units[part]} hidden units, where its MLP has ${agreed}`);
    for (const part of ["gate", "up"] as const) {
      const bias = of(`${part}.bias`);
      if (bias && bias.matrix.columns !== agreed)
        leaving.leave(bias, `${bias.matrix.columns} values for ${agreed} units`);
    }
    if (!of("up")) leaveMlp(leaving, stem, "an MLP without its up matrix");
    else if (of("gate")) gated.push(stem);
  }
  const whole = [...stems.keys()].filter((stem) => leaving.tensors.has(`${stem}.up`));
  // Of one kind all are gated or none: where most have a gate, one without is no whole MLP.
  for (const kind of [/mlp$/, /shared$/, /experts\.\d+$/]) {
    const alike = whole.filter((stem) => kind.test(stem));
    if (2 * gated.filter((stem) => kind.test(stem)).length <= alike.length) continue;
    for (const stem of alike)
      if (!leaving.tensors.has(`${stem}.gate`)) leaveMlp(leaving, stem, "an MLP without the gate that the others have");
  }
}

function leaveMlp(leaving: Leaving, stem: string, why: string): void {
  for (const part of ["gate", "up", "down", "gate.bias", "up.bias", "down.bias"]) {
    const tensor = leaving.tensors.get(`${stem}.${part}`);
    if (tensor) leaving.leave(tensor, why);
  }
}

/** Parts that most layers have and some do not, a set of layers at a time. */
function notThere(tensors: ReadonlyMap<string, CanonicalTensor>, layers: number): LeftOut[] {
  const missing = new Map<string, string[]>();
  const embed = tensors.has("embed") ? [] : [{ part: "embed", why: "not there, or left out above", values: 0 }];
  for (const role of LAYER_ROLES) {
    if (/bias|norm|^mlp\.(shared|router)/.test(role)) continue;
    const without: number[] = [];
    for (let layer = 0; layer < layers; layer++) if (!tensors.has(`layers.${layer}.${role}`)) without.push(layer);
    if (without.length === 0 || 2 * without.length >= layers) continue;
    // A layer whose MLPs are experts has no dense one.
    const lacking = without.filter((l) => !/^mlp/.test(role) || !tensors.has(`layers.${l}.mlp.experts.0.up`));
    if (lacking.length > 0) missing.set(lacking.join(), [...(missing.get(lacking.join()) ?? []), role]);
  }
  const ofLayers = [...missing].map(([where, roles]) => ({
    part: `${roles.join(", ")} of layer${where.includes(",") ? "s" : ""} ${where.split(",").slice(0, 16).join(", ")}`,
    why: "not there, or left out above, where most layers have it",
    values: 0,
  }));
  return [...embed, ...ofLayers];
}

function expertOf(role: string): number | null {
  const match = /^mlp\.experts\.(\d+)\./.exec(role);
  return match ? Number(match[1]) : null;
}
