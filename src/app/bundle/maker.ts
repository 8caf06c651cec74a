/** The package that made a bundle, by name, version and digest of its built files, as bag-info.txt states it. */
import { type Digest, parseDigest } from "../../base/digest.js";
import { type Files, readBagInfo } from "../../evidence/bag.js";

/** Label in bag-info.txt. */
export const MAKER_LABEL = "Assay-Package";

export interface Maker {
  name: string;
  version: string;
  /** host/package-digest.ts says of what. */
  digest: Digest;
}

/** One line, parts separated by single spaces; `makerOf` reads it back. */
export function encodeMaker({ name, version, digest }: Maker): string {
  return `${name} ${version} ${digest}`;
}

/** Null where the bundle names none: those of `assay/finding/v1` do not. @throws AssayError FORMAT */
export function makerOf(files: Files): Maker | null {
  const stated = readBagInfo(files).get(MAKER_LABEL);
  if (stated === undefined) return null;
  const [name = "", version = "", digest = ""] = stated.split(" ");
  return { name, version, digest: parseDigest(digest) };
}
