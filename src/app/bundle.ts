/**
 * Make a bundle: one finding, its page and what is needed to check both offline, as a BagIt bag (RFC 8493), signed
 * where a key is given. The same input gives the same bytes. The inputs of the examination are not in it.
 */
import { utf8 } from "../base/bytes.js";
import { sha256Digest } from "../base/digest.js";
import { assert } from "../base/error.js";
import { packBag, SIGNATURE_FILE } from "../evidence/bag.js";
import { signBundle } from "../evidence/bundle-statement.js";
import { keyIdOf, publicKeyOf } from "../evidence/ed25519.js";
import { type ExaminationRequest, encodeRequest } from "../evidence/request.js";
import { encodeFinding } from "../finding/codec.js";
import type { Finding } from "../finding/finding.js";
import { howToVerify } from "./how-to-verify.js";
import { FINDING_LABEL, SIGNED_BY_LABEL, verifyBundle } from "./verify-bundle.js";

export interface BundleInput {
  finding: Finding;
  /** HTML. */
  page: string;
  request: ExaminationRequest;
  /** The study's file, byte for byte as digested in the finding; null where there is none. */
  validation: Uint8Array | null;
  /** `name` without extension. */
  figures: readonly { name: string; svg: string; csv: string }[];
  /** 32-byte Ed25519 seed. */
  key?: Uint8Array;
}

/** @returns path → bytes of every file of the bundle, sorted; checked before it is handed out */
export function makeBundle(input: BundleInput): Map<string, Uint8Array> {
  const { finding, page, request, validation, figures, key } = input;
  const signedBy = key ? keyIdOf(publicKeyOf(key)) : null;
  const findingBytes = utf8(encodeFinding(finding));
  const payload = new Map<string, Uint8Array>([
    ["finding.json", findingBytes],
    ["page.html", utf8(page)],
    ["request.json", encodeRequest(request)],
    ["HOW-TO-VERIFY.txt", utf8(howToVerify(signedBy))],
  ]);
  if (validation) payload.set("validation.json", validation);
  for (const { name, svg, csv } of figures) {
    assert(!payload.has(`figures/${name}.svg`), `makeBundle: two figures are named ${name}`);
    payload.set(`figures/${name}.svg`, utf8(svg));
    payload.set(`figures/${name}.csv`, utf8(csv));
  }
  const info: Record<string, string> = {
    "Bag-Software-Agent": `${finding.software.name} ${finding.software.version}`,
    [FINDING_LABEL]: sha256Digest(findingBytes),
  };
  if (signedBy) info[SIGNED_BY_LABEL] = signedBy;
  const files = packBag(payload, info);
  if (key) files.set(SIGNATURE_FILE, signBundle(files, key));
  const failed = verifyBundle(files).checks.find((check) => !check.holds);
  assert(failed === undefined, `makeBundle: ${failed?.name}: ${failed?.detail}`);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
