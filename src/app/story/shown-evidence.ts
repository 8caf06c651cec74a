/** The evidence that a laboratory shows before the case: examined, published as bundles, held against what is known. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../base/error.js";
import { unzipStrict } from "../../evidence/zip.js";
import { decodeFinding } from "../../finding/codec.js";
import type { Finding } from "../../finding/finding.js";
import { writeBundle } from "../../host/bundle-store.js";
import { packagePath } from "../../host/package-files.js";
import { findingCount, findingFolder } from "../bundle/bundle-layout.js";
import { verifyBundleZip } from "../bundle/verify-bundle.js";
import type { Shown, ShownItem } from "../laboratory.js";
import { PAGES, type Place, type Teller, type Verified } from "./step.js";

/** @returns the bundle, a zip @throws UNSUPPORTED where an engine is lacking */
export type ExamineItem = (item: ShownItem, scratch: string) => Promise<Uint8Array>;

export interface ShownBundle {
  name: string;
  title: string;
  bundle: Uint8Array;
}

/**
 * One step for the laboratory.
 * @param out the story's folder; bundles go into it @returns what may be entered in the case
 */
export async function showEvidence(
  shown: Shown,
  out: string,
  examine: ExamineItem,
  teller: Teller,
): Promise<ShownBundle[]> {
  const found = new Map<string, Finding[]>();
  const bundles: ShownBundle[] = [];
  const verified: Verified[] = [];
  const places: Place[] = [];
  let instead = "";
  for (const item of shown.items) {
    let bundle: Uint8Array;
    try {
      bundle = await examine(item, join(out, "tables", item.name));
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== "UNSUPPORTED" || item.made === undefined) throw error;
      bundle = new Uint8Array(await readFile(packagePath(item.made)));
      instead = ` Not examined here, as its engine is lacking (${error.message}): the bundle that ships, made from the same evidence, was verified instead.`;
    }
    const { name, title } = item;
    verified.push({ what: `${name}.zip`, holds: verifyBundleZip(bundle).holds });
    places.push(await saveBundle(out, name, title, bundle));
    found.set(name, findingsOf(bundle));
    bundles.push({ name, title, bundle });
  }
  const { says, verified: more } = await shown.tells(found, packagePath);
  teller.told(shown.title, `${shown.says} ${says}${instead}`, [...verified, ...more], places);
  return bundles;
}

/** As a file to verify and as a folder to read. @returns where its first page lies */
export async function saveBundle(out: string, name: string, title: string, bundle: Uint8Array): Promise<Place> {
  const files = unzipStrict(bundle);
  await writeBundle(join(out, PAGES, "bundles", `${name}.zip`), files);
  await writeBundle(join(out, PAGES, "bundles", name), files);
  return { site: "story", path: `bundles/${name}/data/page.html`, text: title };
}

/** Every finding of a bundle, in order. @param bundle a zip that was verified */
export function findingsOf(bundle: Uint8Array): Finding[] {
  const files = unzipStrict(bundle);
  return Array.from({ length: findingCount(files.keys()) ?? 1 }, (_, n) => {
    const path = `data/${findingFolder(n)}finding.json`;
    return decodeFinding(files.get(path)!, path);
  });
}
