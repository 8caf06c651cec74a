/**
 * A first draft of a model's declarations, out of what lies in its folder: config.json, the model card's front matter,
 * data set folders. Whatever was not found is null: an honest "not stated", for the publisher to answer or to leave.
 */

import type { CardResult, ModelCard } from "../exchange/model-card.js";
import type { Derivation } from "./derivation.js";
import type { Evaluation } from "./evaluation.js";
import type { Origin } from "./origin.js";
import type { Subject } from "./statement.js";
import type { TrainingContent } from "./training-content.js";
import { BUILD_TYPE, type TrainingRun } from "./training-run.js";
import { idOfUri, type ModelRef } from "./vocabulary.js";

export interface Drafts {
  derivation: Derivation;
  origin: Origin;
  "training-content": TrainingContent;
  "training-run": TrainingRun;
  evaluation?: Evaluation;
}

interface DraftSources {
  subject: Subject;
  /** RFC 3339, the present moment. */
  now: string;
  card: ModelCard | null;
  /** `model_type` and the like of config.json. */
  config: Record<string, unknown> | null;
  datasets: readonly { name: string; sha256: string }[];
}

/** Where a model card's short names lead. */
const HUB = "https://huggingface.co/";

/** @param now when the draft was made, UTC; it is no statement about the model */
export function draft({ subject, now, card, config, datasets }: DraftSources): Drafts {
  const bases = (card?.bases ?? []).map(hubModel);
  const named = [...(card?.datasets ?? []).map((name) => ({ name, uri: hubAddress("datasets/", name) })), ...datasets];
  const unknown = { status: "unknown" as const };
  const run: TrainingRun = {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        objective: null,
        steps: null,
        tokens: null,
        precision: wordOf(config, "torch_dtype") ?? wordOf(config, "dtype"),
      },
      ...(wordOf(config, "model_type") ? { internalParameters: { model_type: wordOf(config, "model_type")! } } : {}),
      resolvedDependencies: [
        ...datasets.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
        ...bases.map(({ name, uri }) => ({ name, ...(uri ? { uri } : {}) })),
      ],
    },
    runDetails: { builder: { id: "urn:assay:not-stated" }, metadata: { finishedOn: now } },
  };
  const evaluation = evaluationOf(card?.results ?? [], now);
  return {
    derivation: {
      issued: now,
      relation: card?.relation ?? (bases.length > 0 ? "finetune" : "pretrained"),
      bases,
      licence: card?.licence ?? null,
      ...(card?.licenceUrl ? { licenceUrl: card.licenceUrl } : {}),
      compute: { flop: null },
      released: null,
      ...(named.length > 0 ? { datasets: named } : {}),
    },
    origin: {
      issued: now,
      providerSeat: unknown,
      trainingPlace: unknown,
      dataLaw: unknown,
      baseOrigin: bases.length === 0 ? { status: "not-applicable" } : unknown,
    },
    "training-content": contentDraft(subject, now, card, bases, named),
    "training-run": run,
    ...(evaluation ? { evaluation } : {}),
  };
}

function contentDraft(
  subject: Subject,
  now: string,
  card: ModelCard | null,
  bases: ModelRef[],
  named: readonly { name: string; uri?: string }[],
): TrainingContent {
  const open = { used: null, description: null };
  return {
    issued: now,
    version: "1",
    general: {
      provider: { name: subject.name.split("/")[0]!, contact: null, representative: null },
      models: [subject.name],
      dependencies: bases,
      placedOnMarket: null,
      characteristics: {
        text: {
          size: null,
          types: card?.task ?? null,
          latestAcquisition: null,
          languages: card && card.languages.length > 0 ? card.languages.join(", ") : null,
          other: null,
        },
      },
    },
    sourcesOfData: {
      publicDatasets: {
        used: named.length > 0 ? true : null,
        description: null,
        large: named.map(({ name, uri }) => ({ name, ...(uri ? { url: uri } : {}) })),
      },
      licensed: open,
      otherPrivate: open,
      crawled: { ...open, from: null, to: null, domains: [], domainsRule: null },
      userData: { interactions: null, otherServices: null, description: null },
      synthetic: { ...open, models: [] },
      other: null,
    },
    processing: {
      codeOfPractice: null,
      copyrightedMaterial: { present: null, description: null },
      reservations: null,
      optOutProtocols: [],
      illegalContent: null,
      other: null,
    },
    ab2013: {
      sources: null,
      purpose: null,
      dataPoints: null,
      types: null,
      intellectualProperty: null,
      purchasedOrLicensed: null,
      personalInformation: null,
      aggregateConsumerInformation: null,
      cleaning: null,
      collectionPeriod: null,
      firstUsed: null,
      syntheticData: null,
    },
  };
}

function evaluationOf(results: readonly CardResult[], now: string): Evaluation | null {
  const claims = results
    .map(({ dataset, metric, value }) => ({ metric: `${dataset}: ${metric}`, value: decimalOf(value) }))
    .filter((claim): claim is { metric: string; value: string } => claim.value !== null);
  if (claims.length === 0) return null;
  return {
    issued: now,
    verifier: { id: "model card" },
    evaluatedAt: now,
    suite: { name: "model-index of the model card", version: null },
    claims,
    sampleSize: null,
    assuranceLevel: "self_attested",
    harness: null,
  };
}

/** As the card writes it; nothing with an exponent. */
function decimalOf(value: number): string | null {
  const text = String(value);
  return /^-?[0-9]{1,20}(\.[0-9]{1,20})?$/.test(text) ? text : null;
}

/** A base a card names: `maker/model` is an address on the hub, anything else just a name. */
export function hubModel(name: string): ModelRef {
  const uri = hubAddress("", name);
  return uri ? { name, id: idOfUri(uri), uri } : { name, id: null };
}

function hubAddress(folder: string, name: string): string {
  if (/^https?:\/\//.test(name)) return name;
  return /^[A-Za-z0-9._-]{1,96}\/[A-Za-z0-9._-]{1,96}$/.test(name) ? `${HUB}${folder}${name}` : "";
}

function wordOf(config: Record<string, unknown> | null, key: string): string | null {
  const value = config?.[key];
  return typeof value === "string" && value !== "" && value.length <= 255 ? value : null;
}
