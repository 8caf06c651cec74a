// Joins the command line and what it loads into few files, dist/command: of `verify`, opening 800 small files
// took longer than the checking. What is loaded only when used stays a file of its own; so do workers, which are started
// by their path, and packages that carry native code. The library's modules in dist/ stand beside it as they are.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Started by path, from the file that stands in the same folder: known by their names, wherever they lie. */
const WORKER = /-(worker|child)\.js$/;

/** Native code, WebAssembly that is read from beside its package, and optional peers: they stay packages. */
const OUTSIDE =
  /^(@napi-rs\/|@cedar-policy\/|chdb|pg$|@clickhouse\/|@parcel\/watcher|fs-native-extensions|require-addon|bare-|node-gyp-build|canvas$|playwright|web-tree-sitter)/;

export async function bundleCommand() {
  const { build } = await import("rolldown");
  const workers = readdirSync("dist", { recursive: true }).filter((name) => WORKER.test(name));
  const entries = ["cli/main.js", ...workers.map((name) => name.replaceAll("\\", "/")).sort()];
  const { output } = await build({
    input: Object.fromEntries(entries.map((entry) => [entry.split("/").at(-1).replace(/\.js$/, ""), `dist/${entry}`])),
    platform: "node",
    external: (id) => id.startsWith("node:") || OUTSIDE.test(id),
    output: { format: "esm", chunkFileNames: "[name]-[hash].js" },
    write: false,
    logLevel: "warn",
  });
  mkdirSync("dist/command");
  for (const { fileName, code } of output) writeFileSync(`dist/command/${fileName}`, code);
  // Which modules stand in which file: for who looks something up, and for the test that counts what a command loads.
  const modules = Object.fromEntries(output.map(({ fileName, moduleIds }) => [fileName, moduleIds.map(fromRoot)]));
  writeFileSync("dist/command/modules.json", `${JSON.stringify(modules, null, 1)}\n`);
  writeFileSync("dist/command/THIRD-PARTY.txt", notices(output.flatMap(({ moduleIds }) => moduleIds)));
}

/** With forward slashes on every system. */
const fromRoot = (id) => relative(process.cwd(), id).replaceAll("\\", "/");

/** Names, versions and licence texts of the packages whose code stands in the joined files. */
function notices(modules) {
  const folders = new Set(
    modules.map((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]).filter((folder) => folder),
  );
  const parts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license", "LICENSE-MIT", "COPYING"].find((f) =>
      existsSync(join(folder, f)),
    );
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "(the package carries no licence text)";
    return { name: `${name} ${version}`, part: `${name} ${version} (${license})\n\n${text}\n` };
  });
  parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  return `Packages whose code stands in the files of this folder.\n\n${parts.map(({ part }) => part).join(`\n${"-".repeat(79)}\n\n`)}`;
}
