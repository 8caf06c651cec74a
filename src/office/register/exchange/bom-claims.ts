/**
 * What an ML-BOM says of its model, as claims that files at hand can be held against: digests, licences, bases, the
 * architecture, properties such as a number of parameters, and whatever else is said, which nothing at hand can show.
 * Fields: CycloneDX 1.7, `component`, `pedigree`, `modelCard`. Nothing is judged here.
 */
import { modelPath } from "./cyclonedx-import.js";
import type { Mended } from "./cyclonedx-mend.js";

type Json = Record<string, unknown>;

export type BomClaim = {
  /** Path in the BOM as it came. */
  at: string;
  declared: string;
} & (
  | { kind: "root" | "licence" | "architecture" | "other" }
  /** `file` null: of the model as a whole. */
  | { kind: "hash"; algorithm: string; file: string | null }
  | { kind: "base"; uri: string | null }
  | { kind: "property"; name: string }
);

interface BomClaims {
  /** Name of the model's component. */
  subject: string;
  claims: BomClaim[];
  /** Values that speak of other components, services and the document. */
  elsewhere: number;
}

/** Above what any BOM of one model says of it (CWE-770). */
const CLAIMS_MAX = 10_000;
const ROOT_PROPERTY = "assay:model";
/** The format's own: says what a value is of, and nothing about the model. */
const FRAME = /(^|\.)(type|bom-ref|ref|name|alg|mime-type)$/;

/** Each with its place in the BOM as it came; what is not among the claims is listed as said and not checkable. */
export function claimsOf({ bom, original }: Mended): BomClaims {
  const at = modelPath(bom);
  const component = at.reduce<unknown>((value, key) => (value as Json)[key], bom) as Json;
  const top = at.join(".");
  const claims: BomClaim[] = [];
  const taken = new Set<string>();
  const add = (path: string, claim: DistributiveOmit<BomClaim, "at">) => {
    taken.add(path);
    claims.push({ ...claim, at: original(path) } as BomClaim);
  };
  const hashes = (of: Json, path: string, file: string | null) => {
    for (const [i, hash] of list(of.hashes).entries()) {
      taken.add(`${path}.hashes.${i}.alg`);
      if (typeof hash.content === "string" && typeof hash.alg === "string")
        add(`${path}.hashes.${i}.content`, { kind: "hash", declared: hash.content, algorithm: hash.alg, file });
    }
  };
  hashes(component, top, null);
  for (const [holder, path] of [
    [component, `${top}.components`],
    [bom, "components"],
  ] as const)
    for (const [i, file] of list(holder.components).entries())
      if (file.type === "file" && typeof file.name === "string") hashes(file, `${path}.${i}`, file.name);
  for (const [i, choice] of list(component.licenses).entries()) {
    const own = (choice.license as Json | undefined) ?? {};
    const [field, declared] =
      typeof choice.expression === "string"
        ? ["expression", choice.expression]
        : typeof own.id === "string"
          ? ["license.id", own.id]
          : ["license.name", own.name];
    if (typeof declared === "string") add(`${top}.licenses.${i}.${field}`, { kind: "licence", declared });
  }
  for (const [i, ancestor] of list((component.pedigree as Json | undefined)?.ancestors).entries()) {
    const name = [ancestor.group, ancestor.name].filter((part) => typeof part === "string").join("/");
    const address = list(ancestor.externalReferences).find(({ type }) => type === "distribution")?.url;
    const path = `${top}.pedigree.ancestors.${i}`;
    taken.add(`${path}.group`);
    add(`${path}.name`, { kind: "base", declared: name, uri: typeof address === "string" ? address : null });
  }
  const parameters = ((component.modelCard as Json | undefined)?.modelParameters as Json | undefined) ?? {};
  for (const field of ["architectureFamily", "modelArchitecture"])
    if (typeof parameters[field] === "string")
      add(`${top}.modelCard.modelParameters.${field}`, { kind: "architecture", declared: parameters[field] });
  for (const [holder, path] of [
    [component, `${top}.properties`],
    [(component.modelCard as Json | undefined) ?? {}, `${top}.modelCard.properties`],
  ] as const)
    for (const [i, { name, value }] of list(holder.properties).entries()) {
      if (typeof name !== "string" || typeof value !== "string") continue;
      taken.add(`${path}.${i}.name`);
      add(
        `${path}.${i}.value`,
        name === ROOT_PROPERTY ? { kind: "root", declared: value } : { kind: "property", name, declared: value },
      );
    }
  let elsewhere = 0;
  for (const [path, value] of leaves(bom)) {
    if (taken.has(path)) continue;
    if (!path.startsWith(`${top}.`)) elsewhere++;
    else if (path !== `${top}.name` && !FRAME.test(path)) add(path, { kind: "other", declared: String(value) });
  }
  return { subject: String(component.name), claims: claims.slice(0, CLAIMS_MAX), elsewhere };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]).filter((item) => typeof item === "object" && item !== null) : [];
}

function leaves(value: unknown, at = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[at, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, at === "" ? key : `${at}.${key}`));
}
