/**
 * Hugging Face model cards: the YAML front matter of a README.md, as far as it speaks of licence, bases, data sets and
 * results (hub documentation, "Model Cards"; fields license, base_model, base_model_relation, datasets, language,
 * model-index). It is what somebody wrote; nothing is checked. The text below the front matter is not read.
 */
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { Relation } from "../declarations/derivation.js";

/** The largest front matter on the hub lists some thousand results. */
const CARD_BYTES_MAX = 4 * 1024 * 1024;
const FRONT_MATTER_CHARACTERS_MAX = 512 * 1024;
/** Aliases may repeat one node without end ("billion laughs", CWE-776). */
const ALIASES_MAX = 100;

const word = z.string().min(1).max(1000);
const words = z.union([word, z.array(word).max(1000)]).nullish();

const schema = z.looseObject({
  license: z.union([word, z.array(word).max(20)]).nullish(),
  license_name: word.nullish(),
  license_link: word.nullish(),
  base_model: words,
  base_model_relation: z.string().max(40).nullish(),
  datasets: words,
  language: words,
  pipeline_tag: word.nullish(),
  library_name: word.nullish(),
  "model-index": z.array(z.looseObject({})).max(100).nullish(),
});

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
  /** Fields of the front matter that are not carried over. */
  left: string[];
}

const RELATIONS: Record<string, Relation> = {
  finetune: "finetune",
  adapter: "adapter",
  merge: "merge",
  quantized: "quantized",
};
const READ = [
  "license",
  "license_name",
  "license_link",
  "base_model",
  "base_model_relation",
  "datasets",
  "language",
  "pipeline_tag",
  "model-index",
];

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
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const card = parsed.data;
  const bases = listOf(card.base_model);
  const stated = RELATIONS[card.base_model_relation ?? ""] ?? null;
  return {
    licence: card.license_name ?? (Array.isArray(card.license) ? card.license.join(" AND ") : card.license) ?? null,
    licenceUrl: /^https?:\/\//.test(card.license_link ?? "") ? card.license_link! : null,
    bases,
    relation: bases.length === 0 ? null : (stated ?? (bases.length > 1 ? "merge" : "finetune")),
    datasets: listOf(card.datasets),
    languages: listOf(card.language),
    task: card.pipeline_tag ?? null,
    results: resultsOf(card["model-index"] ?? []),
    left: Object.keys(card).filter((key) => !READ.includes(key)),
  };
}

const metricSchema = z.looseObject({ type: word, name: word.nullish(), value: z.number() });
const resultSchema = z.looseObject({
  task: z.looseObject({ type: word.nullish() }).nullish(),
  dataset: z.looseObject({ name: word }),
  metrics: z.array(z.unknown()).max(1000),
});

function resultsOf(index: readonly Record<string, unknown>[]): CardResult[] {
  return index.flatMap(({ results }) =>
    (Array.isArray(results) ? results.slice(0, 1000) : []).flatMap((result) => {
      const parsed = resultSchema.safeParse(result);
      if (!parsed.success) return [];
      const { task, dataset, metrics } = parsed.data;
      return metrics.flatMap((metric) => {
        const one = metricSchema.safeParse(metric);
        if (!one.success || !Number.isFinite(one.data.value)) return [];
        return [
          {
            task: task?.type ?? null,
            dataset: dataset.name,
            metric: one.data.name ?? one.data.type,
            value: one.data.value,
          },
        ];
      });
    }),
  );
}

function listOf(value: string | string[] | null | undefined): string[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
