/**
 * What files of src show to each other: `node tools/exports.ts` fails on an export that no other file uses, and on an
 * exported function without a docstring. `--list` prints all exports as JSON.
 *
 * A user is any file of the house or beside it, in source or through `dist`. The files that package.json exports are
 * public: what they export has users elsewhere. It reads text, as Biome formats it, and resolves imports; where a module
 * is taken whole (a namespace, a dynamic import, a path handed to a worker), a name of it that stands in the text is used.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const USERS = ["src", "test", "materials", "validation", "bench", "tools", "fixtures", "examples"];

export interface Export {
  file: string;
  line: number;
  name: string;
  kind: "function" | "value" | "type";
  documented: boolean;
  /** Files other than its own, from the root. */
  users: string[];
}

/** @param root folder that holds src and package.json */
export function exportsOf(root: string): Export[] {
  const texts = new Map<string, string>();
  for (const room of USERS)
    for (const file of sources(root, room)) texts.set(file, readFileSync(join(root, file), "utf8"));
  const taken = new Map<string, Map<string, Set<string>>>();
  for (const [file, text] of texts) {
    for (const [module, names] of takenBy(file, text, texts)) {
      const users = taken.get(module) ?? new Map<string, Set<string>>();
      taken.set(module, users);
      for (const name of names) users.set(name, (users.get(name) ?? new Set()).add(file));
    }
  }
  const open = publicFiles(root);
  const found: Export[] = [];
  for (const [file, text] of texts) {
    if (!file.startsWith("src/") || file.startsWith("src/kernels/assembly/") || file.includes("/generated/")) continue;
    for (const each of exportsIn(text)) {
      const users = new Set([...(taken.get(file)?.get(each.name) ?? []), ...(taken.get(file)?.get("*") ?? [])]);
      users.delete(file);
      if (open.has(file)) users.add("package.json");
      found.push({ file, ...each, users: [...users] });
    }
  }
  return found;
}

/** Exports of one file, in its order; a function's overloads are one. */
export function exportsIn(text: string): Omit<Export, "file" | "users">[] {
  const lines = text.split("\n");
  const found: Omit<Export, "file" | "users">[] = [];
  for (const [i, line] of lines.entries()) {
    const declared =
      /^export (?:abstract |declare )?(async function\*?|function\*?|const|let|class|interface|type|enum) \*?([\w$]+)/.exec(
        line,
      );
    if (!declared) continue;
    const [, word, name] = declared;
    if (found.some((earlier) => earlier.name === name)) continue;
    let above = i - 1;
    while (above >= 0 && /^(\/\/|@)/.test(lines[above]!)) above--;
    const isFunction =
      word!.includes("function") ||
      (word === "const" &&
        /^[^=]*(?::.*)?= (async )?(<.*>)?(\(.*(=>|\($|,$|\()|\($|[\w$]+ =>)/.test(line) &&
        arrow(lines, i));
    found.push({
      line: i + 1,
      name: name!,
      kind: isFunction ? "function" : word === "interface" || word === "type" ? "type" : "value",
      documented: above >= 0 && /\*\/\s*$/.test(lines[above]!),
    });
  }
  return found;
}

/** Is the constant that begins here an arrow function? Its arrow stands on its line or where its parameters close. */
function arrow(lines: string[], at: number): boolean {
  if (/=>/.test(lines[at]!)) return /= (async )?(<.*>)?(\(|[\w$]+ =>)/.test(lines[at]!);
  const end = lines.findIndex((line, i) => i > at && /^\S/.test(line));
  return end > 0 && /^\).*=>/.test(lines[end]!);
}

/** Which names of which files of src one file takes; "*" for all of them. */
function takenBy(file: string, text: string, known: ReadonlyMap<string, string>): [string, string[]][] {
  const found: [string, string[]][] = [];
  const clauses = /^(?:import|export) (?:type )?(?:[\w$]+, )?\{([^}]*)\} from "([^"]+)"/gm;
  const rest = text.replace(clauses, (_, names: string, target: string) => {
    const module = resolved(file, target, known);
    const plain = names.split(",").map((name) =>
      name
        .trim()
        .replace(/^type /, "")
        .replace(/ as .*/, ""),
    );
    if (module) found.push([module, plain]);
    return "";
  });
  const words = new Set(rest.match(/[A-Za-z_$][\w$]*/g) ?? []);
  for (const [, target] of rest.matchAll(/["'`]([^"'`\n]*\/[\w.-]+\.(?:js|ts|tsx|mjs))["'`]/g)) {
    const module = resolved(file, target!, known);
    if (module) found.push([module, [...words]]);
  }
  return found;
}

/** The file of src that a path means, written relative to a file, from the root, or into `dist`. */
function resolved(file: string, target: string, known: ReadonlyMap<string, string>): string | null {
  const bare = target.replace(/\$\{[^}]*\}\/?/g, "").replace(/\.(js|ts|tsx|mjs)$/, "");
  const tails = [normalize(join(dirname(file), bare)), normalize(bare).replace(/^(\.\.\/)+|^\/+/, "")];
  for (const tail of tails)
    for (const stem of [tail, tail.replace(/^(.*\/)?dist\//, "src/"), `src/${tail}`])
      for (const path of [`${stem}.ts`, `${stem}.tsx`, `${stem}.mjs`])
        if (path.startsWith("src/") && known.has(path)) return path;
  return null;
}

function publicFiles(root: string): Set<string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, string>;
  };
  const stems = Object.values(exports).map((path) => path.replace("./dist/", "src/").replace(/\.js$/, ""));
  return new Set(stems.flatMap((stem) => [`${stem}.ts`, `${stem}.tsx`]));
}

function sources(root: string, room: string): string[] {
  if (!existsSync(join(root, room))) return [];
  const all = readdirSync(join(root, room), { recursive: true, encoding: "utf8" });
  return all
    .filter((name) => /\.(ts|tsx|mjs|js|mts)$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => join(room, name));
}

/** One line each; empty where all is well. */
export function complaints(found: readonly Export[]): string[] {
  return found.flatMap(({ file, line, name, kind, documented, users }) => [
    ...(users.length === 0 ? [`${file}:${line}: no other file uses ${name}: take \`export\` off`] : []),
    ...(kind === "function" && !documented ? [`${file}:${line}: ${name} has no docstring`] : []),
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = exportsOf(join(dirname(fileURLToPath(import.meta.url)), ".."));
  if (process.argv.includes("--list")) console.log(JSON.stringify(found));
  else {
    const said = complaints(found);
    for (const line of said) console.error(line);
    process.exitCode = said.length > 0 ? 1 : 0;
  }
}
