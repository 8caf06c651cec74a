/** Bundles that earlier versions made, kept to show that they verify for ever; fixtures/bundles/README.md says by what. */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export function keptBundles(form: "v1" | "v2"): [name: string, zip: Uint8Array][] {
  const folder = `fixtures/bundles/${form}`;
  return readdirSync(folder)
    .filter((file) => file.endsWith(".zip.gz"))
    .map((file) => [file.replace(".zip.gz", ""), new Uint8Array(gunzipSync(readFileSync(`${folder}/${file}`)))]);
}
