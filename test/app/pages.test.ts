/** What plain `verify` says of pages that this version, and another, wrote; and of the package that a bundle names. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { makeBundle } from "../../src/app/bundle/bundle.js";
import { findingCount, findingFolder } from "../../src/app/bundle/bundle-layout.js";
import { encodeMaker, MAKER_LABEL, type Maker, makerOf } from "../../src/app/bundle/maker.js";
import { verifyBundle } from "../../src/app/bundle/verify-bundle.js";
import { checkPages } from "../../src/app/pages/check-pages.js";
import { pageWriter } from "../../src/app/pages/write-page.js";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { decodeRequest } from "../../src/evidence/request.js";
import { unzipStrict } from "../../src/evidence/zip.js";
import { decodeFinding } from "../../src/finding/codec.js";
import { packageDigest } from "../../src/host/package-digest.js";
import { keptBundles } from "./kept-bundles.js";
import { repacked, sampleInput } from "./sample-bundle.js";

/** A kept bundle with its pages as this version writes them, by this package unless another is named. */
async function today(name: string, maker?: Maker): Promise<Map<string, Uint8Array>> {
  const files = unzipStrict(keptBundles("v1").find(([each]) => each === name)![1]);
  const request = files.get("data/request.json")!;
  const write = await pageWriter(request, null);
  const parts = Array.from({ length: findingCount(files.keys())! }, (_, n) => {
    const at = `data/${findingFolder(n)}`;
    const validation = files.get(`${at}validation.json`) ?? null;
    const finding = files.get(`${at}finding.json`)!;
    const { page, figures } = write({ finding, study: validation });
    return { finding: decodeFinding(finding, at), page, validation, figures };
  });
  const bundle = makeBundle({ parts, request: decodeRequest(request, "request"), ...(maker ? { maker } : {}) });
  expect(verifyBundle(bundle).holds).toBe(true);
  return bundle;
}
const failing = async (files: Map<string, Uint8Array>) => (await checkPages(files, null)).filter(({ holds }) => !holds);
const changed = (files: Map<string, Uint8Array>, path: string, change: (text: string) => string) =>
  repacked(files, { [path]: utf8(change(fromUtf8(files.get(`data/${path}`)!, path))) });

test("what this version wrote holds, and no word, drawing, number or instruction of it can be changed", async () => {
  const files = await today("traffic");
  expect(await failing(files)).toEqual([]);
  const figure = [...files.keys()].find((path) => /^data\/findings\/2\/figures\/.*csv$/.test(path))!.slice(5);
  const edits = {
    page: changed(files, "page.html", (text) => text.replace("</main>", '<p hidden="">It is certain.</p></main>')),
    "page 2": changed(files, figure, (text) => text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))),
    instructions: changed(files, "HOW-TO-VERIFY.txt", (text) => text.replace("npm install ./", "npm install ")),
  };
  for (const [name, edited] of Object.entries(edits)) {
    expect(verifyBundle(edited).holds).toBe(true);
    expect(await failing(edited)).toMatchObject([{ name }]);
    expect((await failing(edited))[0]!.checked).toBeUndefined();
  }
  const swapped = repacked(files, { "page.html": files.get("data/findings/2/page.html")! });
  expect(await failing(swapped)).toMatchObject([{ name: "page" }]);
});

test("a page by another package is not checked where it reads otherwise, and holds where it is the same", async () => {
  const other: Maker = { name: "assay", version: "9.0.0", digest: `sha256:${"9".repeat(64)}` };
  const files = await today("marks", other);
  expect(await failing(files)).toEqual([]);
  const edited = changed(files, "page.html", (text) => text.replace("</main>", "<p>More.</p></main>"));
  const [check] = await failing(edited);
  expect(check).toMatchObject({ name: "page", checked: false });
  expect(check!.detail).toMatch(/^page not checked: .* assay 9\.0\.0 \(sha256:9/);
  // Nor does it help to take the name away.
  const unnamed = new Map(edited);
  const info = fromUtf8(files.get("bag-info.txt")!, "info").replace(`${MAKER_LABEL}: ${encodeMaker(other)}\n`, "");
  unnamed.set("bag-info.txt", utf8(info));
  expect(makerOf(unnamed)).toBeNull();
  expect((await failing(unnamed)).map(({ name }) => name)).toContain("page");
});

test("the package's digest is what anybody computes from its files", () => {
  const line = "find dist -type f | LC_ALL=C sort | xargs sha256sum | sha256sum";
  const digest = execFileSync("bash", ["-c", line], { encoding: "utf8" }).slice(0, 64);
  expect(packageDigest()).toBe(`sha256:${digest}`);
  const files = makeBundle(sampleInput());
  expect(makerOf(files)!.digest).toBe(packageDigest());
  expect(fromUtf8(files.get("data/HOW-TO-VERIFY.txt")!, "how")).toContain(packageDigest());
});

test("the plan of a run stands in its request, and is held against the one that is asked for", () => {
  const plan = `sha256:${"a".repeat(64)}` as const;
  const files = makeBundle({ ...sampleInput(), plan });
  const other = `sha256:${"b".repeat(64)}` as const;
  expect(verifyBundle(files, { plan })).toMatchObject({ holds: true });
  expect(verifyBundle(files, { plan: other }).checks.find(({ name }) => name === "plan")).toMatchObject({
    holds: false,
  });
  const none = verifyBundle(makeBundle(sampleInput()), { plan }).checks.find(({ name }) => name === "plan");
  expect(none).toMatchObject({ holds: false, detail: expect.stringContaining("names no plan") });
});
