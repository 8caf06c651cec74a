/** Makes a small bundle about two invented models, by the house's own rules. No finding here is about a real model. */
import { type BundleInput, makeBundle } from "../../src/app/bundle/bundle.js";
import { utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { type Digest, sha256Digest } from "../../src/base/digest.js";
import { type Files, packBag, readBagInfo } from "../../src/evidence/bag.js";
import type { ExaminationRequest } from "../../src/evidence/request.js";
import type { Finding, Test } from "../../src/finding/finding.js";
import { decideExact } from "../../src/finding/outcome.js";
import type { ValidationSummary } from "../../src/finding/validation.js";
import { SHARED_ANCESTRY } from "../../src/labs/weights/propositions.js";

export const SEED = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

export const STUDY: ValidationSummary = {
  type: "assay/validation/v1",
  method: "weights/self-matches",
  methodVersion: "1",
  page: "validation/weights.md",
  nulls: { pairs: 780, families: 40, accusedPairs: 0, accusedFamilies: 0 },
  positives: { pairs: 60, families: 20, foundPairs: 60, foundFamilies: 20 },
};
export const STUDY_BYTES = canonicalJsonBytes(STUDY);

const file = (text: string) => sha256Digest(utf8(text));
const reference = { role: "reference", name: "House-A 1", root: file("reference"), files: [] };
const suspect = {
  role: "suspect",
  name: "House-B 2",
  root: file("suspect"),
  files: [
    { path: "config.json", digest: file("config") },
    { path: "model.safetensors", digest: file("weights") },
  ],
};

export const REQUEST: ExaminationRequest = {
  type: "assay/request/v1",
  command: "examine weights",
  arguments: ["house-a", "house-b"],
  settings: { seed: "assay", rows: "sampled", labelsMax: null },
  inputs: [reference, suspect],
};

function testOf(id: string, log10P: number, share: number): Test {
  const statistic = { name: "self-matches", value: 61 };
  const assumption = "Labels of independently initialised models are exchangeable.";
  return { id, statistic, log10P, exact: true, assumption, n: 64, seed: "assay", share };
}

/** @param log10P of the combined test */
export function sampleFinding(log10P = -41.25): Finding {
  const decision = decideExact({ proposition: SHARED_ANCESTRY, log10P, outside: null, validation: STUDY });
  const { hp, hd } = SHARED_ANCESTRY;
  return {
    type: "assay/finding/v1",
    proposition: { id: "weights/shared-ancestry", hp, hd },
    method: { id: STUDY.method, version: "1", validation: { page: STUDY.page, digest: sha256Digest(STUDY_BYTES) } },
    subject: {
      kind: "pair",
      reference: { name: reference.name, kind: "model", root: reference.root },
      suspect: { name: suspect.name, kind: "model", root: suspect.root },
    },
    ...decision,
    tests: [testOf("mlp-hidden", log10P, 0.5), testOf("value-dim", 0, 0.5), testOf("combined", log10P, 1)],
    observations: { axes: [{ axis: "mlp-hidden", log10P: -41.25 }], note: "Seen on 64 labels – π ≈ 3.14159." },
    alternatives: ["Both models come from a third that was not examined."],
    limits: ["It cannot see models that were trained anew."],
    evidence: [reference.root, suspect.root, ...suspect.files.map((f) => f.digest)],
    software: { name: "assay", version: "0.1.0", commit: "0000000" },
  };
}

export function sampleInput(): BundleInput {
  return {
    parts: [
      {
        finding: sampleFinding(),
        page: "<!doctype html>\n<title>Finding</title>\n<p>The finding in words.</p>\n",
        validation: STUDY_BYTES,
        figures: [
          {
            name: "evidence-map",
            svg: '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
            csv: "layer,log10P\n0,-41.25\n",
          },
          { name: "nulls", svg: "<svg/>\n", csv: "x,y\n" },
        ],
      },
    ],
    request: REQUEST,
  };
}

export function sampleBundle(key: Uint8Array | null = SEED): Map<string, Uint8Array> {
  return makeBundle(key ? { ...sampleInput(), key } : sampleInput());
}

/** What a laboratory might say of a slot, under a plan: for the story, which examines nothing in the suite. */
export function storyBundle(
  roots: { suspect: Digest; reference: Digest },
  slot: string,
  found: boolean,
  plan: Digest,
  method: string,
) {
  const [id, methodVersion] = method.split(" ") as [string, string];
  const study = { ...STUDY, method: id, methodVersion };
  const validation = canonicalJsonBytes(study);
  const made = sampleFinding(found ? -41.25 : -0.25);
  const side = (name: string, root: Digest) => ({ name, kind: "model", root });
  const finding = {
    ...made,
    method: { id, version: methodVersion, validation: { page: study.page, digest: sha256Digest(validation) } },
    subject: { kind: "pair", reference: side("reference", roots.reference), suspect: side(slot, roots.suspect) },
    evidence: [roots.reference, roots.suspect],
  } as Finding;
  const [part] = sampleInput().parts;
  const inputs = (["reference", "suspect"] as const).map((role) => ({
    ...{ role, name: role === "suspect" ? slot : role, root: roots[role], files: [] },
  }));
  return makeBundle({ parts: [{ ...part!, finding, validation }], request: { ...REQUEST, inputs }, plan });
}

/** Someone rewrites the unsigned sample as a whole, so that every digest holds. */
export function rewrittenSample(changes: Record<string, Uint8Array | null>): Map<string, Uint8Array> {
  return repacked(sampleBundle(null), changes);
}

/** Files of an unsigned bundle changed (or, null, taken away), and every list rewritten; labels are kept. */
export function repacked(bundle: Files, changes: Record<string, Uint8Array | null>): Map<string, Uint8Array> {
  const payload = new Map<string, Uint8Array>();
  for (const [path, bytes] of bundle) if (path.startsWith("data/")) payload.set(path.slice(5), bytes);
  for (const [path, bytes] of Object.entries(changes)) bytes ? payload.set(path, bytes) : payload.delete(path);
  const { "Payload-Oxum": _, ...info } = Object.fromEntries(readBagInfo(bundle));
  return packBag(payload, { ...info, "Assay-Finding": sha256Digest(payload.get("finding.json") ?? utf8("")) });
}
