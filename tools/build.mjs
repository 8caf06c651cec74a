// Builds dist/: kernels (AssemblyScript to WASM, embedded as base64 so that no room below host reads a file),
// page styles (govuk-frontend through Sass), then TypeScript. Needs nothing but what npm installed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILT_FROM, digestOfSources } from "./built-from.ts";
import { bundleCommand } from "./bundle-command.mjs";

/** What decides, beside the sources and the commit, what is built. */
const BUILT_BY = ["tools/build.mjs", "tools/bundle-command.mjs", "tsconfig.json", "package.json", "package-lock.json"];
const BUILT_HOW = "dist/built-how.txt";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
if (!existsSync("src")) process.exit(0); // installed from the packed tarball: dist/ is already there
// Before anything is read: what changes while this runs was not built.
const builtFrom = digestOfSources();
const bin = (name) => join("node_modules", ".bin", name);

// Installing, checking, testing and packing each ask for a build: what stands is kept where nothing went into it since.
const COMMIT = commit();
const how = digestOf([builtFrom, COMMIT, process.version, ...BUILT_BY.map(contents)]);
if (existsSync("dist/command/main.js") && contents(BUILT_HOW) === `${how}\n`) process.exit(0);

mkdirSync("src/kernels/generated", { recursive: true });
const ASC = [
  ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "bulk-memory"],
  ...["--importMemory", "--initialMemory", "16", "--noExportMemory"],
];
const assembly = readdirSync("src/kernels/assembly").sort();
const compiled = digestOf([
  contents("node_modules/assemblyscript/package.json"),
  ASC.join(" "),
  ...assembly.flatMap((name) => [name, contents(`src/kernels/assembly/${name}`)]),
]);
for (const name of ["kernel", "marks", "hash", "minhash", "origin"]) {
  const target = `src/kernels/generated/${name}-wasm.ts`;
  if (contents(target).startsWith("/** Made by") && contents(target).includes(` from ${compiled}`)) continue;
  execFileSync(bin("asc"), [
    ...[`src/kernels/assembly/${name}.ts`, "-o", `src/kernels/generated/${name}.wasm`],
    ...ASC,
  ]);
  const wasm = readFileSync(`src/kernels/generated/${name}.wasm`);
  write(
    target,
    `/** Made by tools/build.mjs from src/kernels/assembly. sha256 ${createHash("sha256").update(wasm).digest("hex")} from ${compiled} */\n` +
      `export const ${name.toUpperCase()}_WASM_BASE64 =\n  "${wasm.toString("base64")}";\n`,
  );
}

const sass = await import("sass");
const styles = (path) =>
  sass.compile(path, {
    style: "compressed",
    loadPaths: ["node_modules"],
    quietDeps: true,
    charset: false,
    silenceDeprecations: ["import"],
  }).css;
mkdirSync("src/report/generated", { recursive: true });
write(
  "src/report/generated/page-css.ts",
  `/** Made by tools/build.mjs from src/report/assets/page.scss (govuk-frontend, MIT). */\nexport const PAGE_CSS =\n  ${JSON.stringify(styles("src/report/assets/page.scss"))};\n`,
);
mkdirSync("src/web/generated", { recursive: true });
write(
  "src/web/generated/site-css.ts",
  `/** Made by tools/build.mjs from src/web/assets/site.scss (govuk-frontend, MIT). */\nexport const SITE_CSS =\n  ${JSON.stringify(styles("src/web/assets/site.scss"))};\n`,
);

// What runs in a reader's browser: the house's own verifiers, in one file each, with nothing to fetch.
const { build } = await import("rolldown");
for (const [entry, name] of [
  ["verify-page", "verifier"],
  ["label-element", "label"],
  ["docket/verify-case-page", "case-verifier"],
  ["docket/workspace-page", "workspace"],
]) {
  const { output } = await build({
    input: `src/web/browser/${entry}.ts`,
    platform: "browser",
    output: { format: "esm", minify: true, codeSplitting: false },
    resolve: { extensionAlias: { ".js": [".ts", ".tsx", ".js"] } },
    // tsconfig.json leaves what runs in a browser out, and so does not speak for it.
    transform: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
    // What is loaded when it is asked for (opening evidence) is never asked for in a browser.
    plugins: [{ name: "no-desk", resolveDynamicImport: (id) => ({ id: `not-in-a-browser:${id}`, external: true }) }],
    write: false,
    logLevel: "warn",
  });
  // Inside a <script> of a page nothing may close it.
  const code = output[0].code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  write(
    `src/web/generated/${name}-js.ts`,
    `/** Made by tools/build.mjs from src/web/browser/${entry}.ts. */\nexport const ${name.toUpperCase().replaceAll("-", "_")}_JS =\n  ${JSON.stringify(code)};\n`,
  );
}

mkdirSync("src/app/generated", { recursive: true });
write(
  "src/app/generated/build.ts",
  `/** Made by tools/build.mjs. */\nexport const VERSION = ${JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version)};\nexport const COMMIT = ${JSON.stringify(COMMIT)};\n`,
);

rmSync("dist", { recursive: true, force: true });
execFileSync(bin("tsc"), ["-p", "tsconfig.json"], { stdio: "inherit" });
await bundleCommand();
chmodSync("dist/command/main.js", 0o755);
writeFileSync(BUILT_FROM, `${builtFrom}\n`);
writeFileSync(BUILT_HOW, `${how}\n`);

/** The text of a file; nothing where there is none. */
function contents(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function digestOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
}

/** The commit a finding names; "unknown" outside a repository. Uncommitted changes are marked. */
function commit() {
  try {
    const git = (...args) =>
      execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const dirty = git("status", "--porcelain", "--untracked-files=no", "--", "src") !== "";
    return git("rev-parse", "HEAD") + (dirty ? "+changes" : "");
  } catch {
    return "unknown";
  }
}

function write(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  writeFileSync(path, text);
}
