/**
 * Make a bundle: the findings of one examination, their pages and what is needed to check them offline, as a BagIt bag
 * (RFC 8493), signed where a key is given. The same input gives the same bytes. The inputs of the examination are not in it.
 */
import { utf8 } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { assert } from "../../base/error.js";
import { packBag, SIGNATURE_FILE } from "../../evidence/bag.js";
import { signBundle } from "../../evidence/bundle-statement.js";
import { keyIdOf, publicKeyOf } from "../../evidence/ed25519.js";
import { type ExaminationRequest, encodeRequest, planOf } from "../../evidence/request.js";
import { encodeFinding } from "../../finding/codec.js";
import type { Finding } from "../../finding/finding.js";
import { packageDigest } from "../../host/package-digest.js";
import { SOFTWARE } from "../software.js";
import { FINDINGS_MAX, findingFolder } from "./bundle-layout.js";
import { howToVerify } from "./how-to-verify.js";
import { encodeMaker, MAKER_LABEL, type Maker } from "./maker.js";
import { FINDING_LABEL, FINDINGS_LABEL, SIGNED_BY_LABEL, verifyBundle } from "./verify-bundle.js";

/** One finding with what belongs to it. */
interface BundlePart {
  finding: Finding;
  /** HTML. */
  page: string;
  /** The study's file, byte for byte as digested in the finding; null where there is none. */
  validation: Uint8Array | null;
  /** `name` without extension. */
  figures: readonly { name: string; svg: string; csv: string }[];
}

export interface BundleInput {
  /** One a proposition, in the order they were made; at least one. */
  parts: readonly BundlePart[];
  request: ExaminationRequest;
  /** Digest of the plan that was fixed before the run. */
  plan?: Digest;
  /** 32-byte Ed25519 seed. */
  key?: Uint8Array;
  /** This very package, unless given. */
  maker?: Maker;
}

/** @returns path → bytes of every file of the bundle, sorted; checked before it is handed out */
export function makeBundle(input: BundleInput): Map<string, Uint8Array> {
  const { parts, request, key } = input;
  assert(parts.length > 0 && parts.length <= FINDINGS_MAX, `makeBundle: expected 1 to ${FINDINGS_MAX} findings`);
  const signedBy = key ? keyIdOf(publicKeyOf(key)) : null;
  const maker = input.maker ?? { name: SOFTWARE.name, version: SOFTWARE.version, digest: packageDigest() };
  const payload = new Map<string, Uint8Array>([
    ["request.json", encodeRequest({ ...request, type: "assay/request/v2", plan: input.plan ?? planOf(request) })],
    ["HOW-TO-VERIFY.txt", utf8(howToVerify(signedBy, parts.length, maker))],
  ]);
  for (const [n, part] of parts.entries()) addPart(payload, findingFolder(n), part);
  const { software } = parts[0]!.finding;
  const info: Record<string, string> = {
    "Bag-Software-Agent": `${software.name} ${software.version}`,
    [MAKER_LABEL]: encodeMaker(maker),
    [FINDING_LABEL]: sha256Digest(payload.get("finding.json")!),
  };
  if (parts.length > 1) info[FINDINGS_LABEL] = String(parts.length);
  if (signedBy) info[SIGNED_BY_LABEL] = signedBy;
  const files = packBag(payload, info);
  if (key) files.set(SIGNATURE_FILE, signBundle(files, key));
  const failed = verifyBundle(files).checks.find((check) => !check.holds);
  assert(failed === undefined, `makeBundle: ${failed?.name}: ${failed?.detail}`);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addPart(payload: Map<string, Uint8Array>, at: string, { finding, page, validation, figures }: BundlePart) {
  payload.set(`${at}finding.json`, utf8(encodeFinding(finding)));
  payload.set(`${at}page.html`, utf8(page));
  if (validation) payload.set(`${at}validation.json`, validation);
  for (const { name, svg, csv } of figures) {
    assert(!payload.has(`${at}figures/${name}.svg`), `makeBundle: two figures are named ${name}`);
    payload.set(`${at}figures/${name}.svg`, utf8(svg));
    payload.set(`${at}figures/${name}.csv`, utf8(csv));
  }
}
