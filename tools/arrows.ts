/**
 * How the house hangs together at one or more commits: lines, import arrows between rooms and between folders, and how
 * many files of each laboratory are imported from outside of it.
 *
 *   node tools/arrows.ts COMMIT…     a tree of its own is taken for each with `git archive`
 *
 * A room is a folder of src, and in app, cli, host, labs, office and web a folder of those. An arrow from one to another
 * counts once, however many imports stand behind it. Generated files and the kernels' AssemblyScript are left out.
 */
import { execFileSync, execSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";

const DIVIDED = new Set(["app", "cli", "host", "labs", "office", "web"]);

interface Shape {
  files: number;
  lines: number;
  /** Imports of one file by another. */
  imports: number;
  rooms: { count: number; arrows: number };
  folders: { count: number; arrows: number };
  /** By laboratory: its files that other rooms of src import, but for the list of laboratories, and by how many arrows. */
  outside: Record<string, { files: number; imports: number }>;
}

/** @param root folder that holds src */
export function shapeOf(root: string): Shape {
  const files = sources(join(root, "src")).map((path) => path.slice(root.length + 1));
  const known = new Set(files);
  const edges: [string, string][] = [];
  let lines = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    lines += text.split("\n").length - 1;
    const named = text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"(\.[^"]+)"/g);
    for (const target of new Set([...named].map((hit) => normalize(join(dirname(file), hit[1]!))))) {
      const stem = target.replace(/\.js$/, "");
      const found = [target, `${stem}.ts`, `${stem}.tsx`].find((each) => known.has(each));
      if (found) edges.push([file, found]);
    }
  }
  const outside: Shape["outside"] = {};
  for (const laboratory of new Set(files.filter((f) => f.startsWith("src/labs/")).map((f) => f.split("/")[2]!))) {
    const own = `src/labs/${laboratory}/`;
    const into = edges.filter(
      ([from, to]) => to.startsWith(own) && !from.startsWith(own) && from !== "src/app/laboratories.ts",
    );
    outside[laboratory] = { files: new Set(into.map(([, to]) => to)).size, imports: into.length };
  }
  const between = (of: (file: string) => string) => ({
    count: new Set(files.map(of)).size,
    arrows: new Set(edges.filter(([a, b]) => of(a) !== of(b)).map(([a, b]) => `${of(a)} ${of(b)}`)).size,
  });
  return {
    files: files.length,
    lines,
    imports: edges.length,
    rooms: between(roomOf),
    folders: between(dirname),
    outside,
  };
}

function roomOf(file: string): string {
  const [, room = "", inner = ""] = file.split("/");
  return DIVIDED.has(room) && !inner.includes(".") ? `${room}/${inner}` : room;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /generated$|assembly$/.test(entry.name) ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

if (import.meta.main) {
  for (const commit of process.argv.slice(2)) {
    const folder = mkdtempSync(join(tmpdir(), "assay-arrows-"));
    try {
      execFileSync("git", ["rev-parse", "--verify", "--quiet", `${commit}^{commit}`]);
      execSync(`git archive ${JSON.stringify(commit)} src | tar -x -C ${JSON.stringify(folder)}`);
      if (existsSync(join(folder, "src"))) process.stdout.write(`${JSON.stringify({ commit, ...shapeOf(folder) })}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
