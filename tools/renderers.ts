/**
 * Pages can be held against their findings for ever only while whatever wrote them is kept. Without arguments: whether
 * the newest kept renderer (renderers/kept.json) writes the pages and figures of all committed bundles as this version
 * does, and whether every kept file is the one that main has; exit status 1 where not. With --keep: builds this
 * version's renderer into one file and lists it, in the place of a newest one that main has not yet. After `npm run
 * build`. It sees what the committed bundles show: a page that none of them brings out may change unseen.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import type { KeptRenderer, Renderer } from "../src/app/pages/kept-renderers.ts";

const root = join(import.meta.dirname, "..");
const at = (path: string) => join(root, path);
const LIST = "renderers/kept.json";

type Files = Map<string, Uint8Array>;

/** Every bundle under fixtures/bundles, by its path there. */
async function committedBundles(): Promise<[name: string, files: Files][]> {
  const { unzipStrict } = await import(at("dist/evidence/zip.js"));
  return readdirSync(at("fixtures/bundles"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".zip.gz"))
    .sort()
    .map((name) => [name, unzipStrict(new Uint8Array(gunzipSync(readFileSync(at(`fixtures/bundles/${name}`)))))]);
}

/** The digest of each page, with its figures, as a renderer writes it; by bundle and number of the finding, or by report. */
export async function writtenBy({ pageWriter, auditPage, originPage }: Renderer): Promise<Map<string, string>> {
  const written = new Map<string, string>();
  for (const name of readdirSync(at("fixtures/audits")).filter((each) => each.endsWith(".json"))) {
    const write = name.startsWith("origin") ? originPage : auditPage;
    const report = JSON.parse(readFileSync(at(`fixtures/audits/${name}`), "utf8"));
    if (write) written.set(`audits/${name}`, sha256(write(report)));
  }
  for (const [name, files] of await committedBundles()) {
    const request = files.get("data/request.json")!;
    const write = await pageWriter(request, null).catch((error: Error) => error);
    for (const [path, finding] of files) {
      if (!path.endsWith("finding.json")) continue;
      const study = files.get(path.replace("finding.json", "validation.json")) ?? null;
      const key = `${name} ${path}`;
      try {
        if (write instanceof Error) throw write;
        written.set(key, sha256(JSON.stringify(write({ finding, study }))));
      } catch (error) {
        written.set(key, (error as Error).message);
      }
    }
  }
  return written;
}

export const kept = (): KeptRenderer[] => JSON.parse(readFileSync(at(LIST), "utf8"));

const here = async (): Promise<Renderer> => import(at("dist/app/pages/renderer.js"));

export async function differing(newest: KeptRenderer): Promise<string[]> {
  const [now, then] = [await writtenBy(await here()), await writtenBy(await import(at(`renderers/${newest.file}`)))];
  return [...now].filter(([key, digest]) => then.get(key) !== digest).map(([key]) => key);
}

/** Entries of main's list that are not here as they were, and files that are not what their entry says. */
export function touched(list: readonly KeptRenderer[], before: readonly KeptRenderer[]): string[] {
  const same = (a: KeptRenderer | undefined, b: KeptRenderer) => a?.digest === b.digest && a.form === b.form;
  const gone = before.filter((each, i) => list[i]?.file !== each.file || !same(list[i], each)).map(({ file }) => file);
  const other = list.filter(({ file, digest }) => {
    const path = at(`renderers/${file}`);
    return !existsSync(path) || `sha256:${sha256(readFileSync(path))}` !== digest;
  });
  return [...new Set([...gone, ...other.map(({ file }) => file)])];
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** As main has it, its own or a remote's; empty where there is none. */
function onMain(): KeptRenderer[] {
  for (const ref of ["main", "origin/main"])
    try {
      return JSON.parse(
        execFileSync("git", ["show", `${ref}:${LIST}`], {
          cwd: root,
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        }),
      );
    } catch {}
  return [];
}

/** @param tree a built checkout @returns the code of one file that imports nothing but Node's own modules */
export async function built(tree: string, of: string): Promise<string> {
  const { build } = await import("rolldown");
  const { output } = await build({
    input: join(tree, "dist/app/pages/renderer.js"),
    platform: "node",
    plugins: [{ name: "what-no-page-needs", resolveId: leftOut }],
    output: { format: "esm", codeSplitting: false, minify: true },
    write: false,
    logLevel: "warn",
  });
  if (output.length !== 1) throw new Error(`renderers: expected one file, got ${output.length}`);
  // Of a banner, a minifier leaves nothing.
  return `// The page renderer of ${of}, built into one file; renderers/README.md\n${output[0].code}`;
}

/** Of a laboratory, pages need its view and how a request is typed; what examines is loaded by nobody here. */
function leftOut(id: string, importer: string | undefined, { kind }: { kind: string }) {
  if (kind !== "dynamic-import" || /\/(page\/view|[^/]*typed)\.js$/.test(id)) return null;
  return importer?.includes("node_modules") ? null : { id, external: true };
}

async function keep(): Promise<void> {
  const list = kept();
  const main = onMain();
  if (list.length > 1 && (await differing(list.at(-1)!)).length === 0)
    return say("nothing to keep: the newest kept renderer writes alike");
  if (list.length > main.length && main.length > 0) unlinkSync(at(`renderers/${list.pop()!.file}`));
  const number = Number.parseInt(list.at(-1)!.file, 10) + 1;
  const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const of = `version ${version}, form ${number}`;
  const code = await built(root, of);
  const file = `${number}.mjs`;
  writeFileSync(at(`renderers/${file}`), code);
  list.push({ file, digest: `sha256:${sha256(code)}`, form: "assay/finding/v2", of, packages: [] });
  writeFileSync(at(LIST), `${JSON.stringify(list, null, 2)}\n`);
  const differ = await differing(list.at(-1)!);
  if (differ.length > 0) throw new Error(`renderers: the built file writes otherwise: ${differ.join(", ")}`);
  say(`kept: renderers/${file} (${code.length} bytes); commit it with ${LIST}`);
}

/** When a package goes out. The list stands outside of what is digested. */
async function release(): Promise<void> {
  const { packageDigest } = await import(at("dist/host/package-digest.js"));
  const list = kept();
  if ((await differing(list.at(-1)!)).length > 0) throw new Error("renderers: --keep what writes the pages first");
  list.at(-1)!.packages.push(packageDigest());
  writeFileSync(at(LIST), `${JSON.stringify(list, null, 2)}\n`);
}

async function check(): Promise<void> {
  const list = kept();
  for (const file of touched(list, onMain())) fail(`renderers/${file} is not the file that was kept`);
  const newest = list.at(-1)!;
  const differ = await differing(newest);
  if (differ.length > 0)
    fail(
      `pages of ${differ.length} committed findings are not as the newest kept renderer (${newest.file}) writes them, so that bundles made ` +
        `before would read "not checked": npm run renderer, and commit renderers/. First: ${differ[0]}`,
    );
  if (process.exitCode !== 1) say(`${list.length} page renderers are kept; the newest writes as this version does`);
}

function fail(line: string): void {
  process.stdout.write(`${line}\n`);
  process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await (process.argv.includes("--keep") ? keep() : process.argv.includes("--release") ? release() : check());
