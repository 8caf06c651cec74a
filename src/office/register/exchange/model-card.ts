/**
 * Hugging Face model cards: the YAML front matter of a README.md, as far as it speaks of licence, bases, data sets and
 * results (hub documentation, "Model Cards"; fields license, base_model, base_model_relation, datasets, language,
 * model-index). It is what somebody wrote; nothing is checked. The text below the front matter is not read.
 */
import { parse as parseYaml } from "yaml";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { Relation } from "../declarations/derivation.js";

/** The largest front matter on the hub lists some thousand results. */
const CARD_BYTES_MAX = 4 * 1024 * 1024;
const FRONT_MATTER_CHARACTERS_MAX = 512 * 1024;
/** Aliases may repeat one node without end ("billion laughs", CWE-776). */
const ALIASES_MAX = 100;

const WORD_CHARACTERS_MAX = 1000;
const WORDS_MAX = 1000;

export interface CardResult {
  task: string | null;
  dataset: string;
  metric: string;
  value: number;
}

export interface ModelCard {
  licence: string | null;
  licenceUrl: string | null;
  bases: string[];
  relation: Relation | null;
  datasets: string[];
  languages: string[];
  task: string | null;
  results: CardResult[];
  /** Paths of the front matter that are not carried over. */
  left: string[];
}

const LEFT_MAX = 10_000;
const RELATIONS: Record<string, Relation> = {
  finetune: "finetune",
  adapter: "adapter",
  merge: "merge",
  quantized: "quantized",
};
/** Null when there is no front matter. */
export function parseModelCard(bytes: Uint8Array, what: string): ModelCard | null {
  if (bytes.length > CARD_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${CARD_BYTES_MAX} bytes, got ${bytes.length}`);
  const text = fromUtf8(bytes, what).replace(/^\ufeff/, "");
  const [, front] = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  if (front === undefined) return null;
  if (front.length > FRONT_MATTER_CHARACTERS_MAX)
    throw new AssayError("LIMIT", `${what}: expected a shorter front matter`);
  let value: unknown;
  try {
    value = parseYaml(front, { maxAliasCount: ALIASES_MAX, prettyErrors: false, schema: "core" });
  } catch (error) {
    throw new AssayError(
      "FORMAT",
      `${what}: expected YAML front matter, got ${(error as Error).message.split("\n")[0]}`,
    );
  }
  if (value === null || value === undefined) value = {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new AssayError("SCHEMA", `${what}: expected the front matter to be a map of fields`);
  return readCard(value as Record<string, unknown>);
}

/** What has a place here is carried, whatever stands beside it; every other value is named by its path. */
function readCard(card: Record<string, unknown>): ModelCard {
  const carried = new Set<string>();
  /** One word, or several, of a field; words that are none stay behind. */
  const words = (field: string): string[] => {
    const value = card[field];
    const list = Array.isArray(value) ? value.slice(0, WORDS_MAX) : [value];
    return list.flatMap((each, i) => {
      if (!isWord(each)) return [];
      carried.add(Array.isArray(value) ? `${field}.${i}` : field);
      return [each];
    });
  };
  const [named] = words("license_name");
  // "other" beside a name of its own says nothing more, and is named as left.
  const licences = named === undefined ? words("license") : [];
  const link = card.license_link;
  const licenceUrl = isWord(link) && /^https?:\/\//.test(link) ? link : null;
  if (licenceUrl) carried.add("license_link");
  const bases = words("base_model");
  const [statedAs] = words("base_model_relation");
  const stated = RELATIONS[statedAs ?? ""] ?? null;
  if (!stated || bases.length === 0) carried.delete("base_model_relation");
  const [task] = words("pipeline_tag");
  const datasets = words("datasets");
  const languages = words("language");
  const results = resultsOf(card["model-index"], carried);
  return {
    licence: named ?? (licences.length > 0 ? licences.join(" AND ") : null),
    licenceUrl,
    bases,
    relation: bases.length === 0 ? null : (stated ?? (bases.length > 1 ? "merge" : "finetune")),
    datasets,
    languages,
    task: task ?? null,
    results,
    left: leavesOf(card)
      .filter((path) => !carried.has(path))
      .slice(0, LEFT_MAX),
  };
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= WORD_CHARACTERS_MAX;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resultsOf(index: unknown, carried: Set<string>): CardResult[] {
  const found: CardResult[] = [];
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, WORDS_MAX) : []);
  for (const [i, model] of list(index).entries())
    for (const [j, result] of list(isMap(model) ? model.results : null).entries()) {
      if (!isMap(result) || !isMap(result.dataset) || !isWord(result.dataset.name)) continue;
      const task = isMap(result.task) && isWord(result.task.type) ? result.task.type : null;
      for (const [k, metric] of list(result.metrics).entries()) {
        if (found.length >= WORDS_MAX || !isMap(metric)) continue;
        const name = isWord(metric.name) ? metric.name : metric.type;
        if (!isWord(name) || typeof metric.value !== "number" || !Number.isFinite(metric.value)) continue;
        const at = `model-index.${i}.results.${j}`;
        if (task) carried.add(`${at}.task.type`);
        carried.add(`${at}.dataset.name`);
        carried.add(`${at}.metrics.${k}.${isWord(metric.name) ? "name" : "type"}`);
        carried.add(`${at}.metrics.${k}.value`);
        found.push({ task, dataset: result.dataset.name, metric: name, value: metric.value });
      }
    }
  return found;
}

/** Paths of all values that are no map and no list; aliases make cycles, which end here. */
function leavesOf(value: unknown, at = "", above: readonly unknown[] = []): string[] {
  if (typeof value !== "object" || value === null) return [at];
  if (above.includes(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, at === "" ? key : `${at}.${key}`, [...above, value]),
  );
}
