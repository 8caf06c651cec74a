/**
 * What the README and the pages for readers show, done as a stranger would: every block of `sh` of a page in its order, in
 * one folder that looks like a checkout; of a `console` block each command, whose output must hold the lines below it
 * (`…` stands for any text). Every link leads to a file that ships.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

interface Block {
  kind: "sh" | "console";
  needs: string | null;
  text: string;
}

const PAGES = [
  "README.md",
  ...[
    "abuse-team",
    "audit",
    "deployer",
    "dispute",
    "expert-witness",
    "mark-spec",
    "publisher",
    "respondent",
    "safety-institute",
    "scores",
    "tribunal",
  ].map((name) => `docs/${name}.md`),
];
/** What installs and tests the checkout itself: `.ci/run` does the same. */
const INSTALLS = /npm ci|npm cit/;

const root = mkdtempSync(join(tmpdir(), "assay-documents-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function blocksOf(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/(?:<!-- needs (\w+) -->\n)?```(sh|console)\n([\s\S]*?)```/g)].map(
    ([, needs, kind, body]) => ({
      kind: kind as Block["kind"],
      needs: needs ?? null,
      text: body!,
    }),
  );
}

/** A folder where the commands of a checkout work. `npx` is answered for the one name that is asked of it. */
function checkout(name: string): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = join(root, name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const part of ["fixtures", "data", "materials", "node_modules", "dist", "package.json"])
    symlinkSync(resolve(part), join(folder, part));
  const main = resolve("dist/command/main.js");
  writeFileSync(
    join(folder, "bin/npx"),
    `#!/bin/sh\n[ "$1" = assay ] || exit 127\nshift\nexec "${process.execPath}" "${main}" "$@"\n`,
    { mode: 0o755 },
  );
  const path = `${join(folder, "bin")}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { PATH: path, HOME: folder, ASSAY_HOME: join(folder, "home"), NO_COLOR: "1", NODE_COMPILE_CACHE };
  return { folder, env };
}

function run(script: string, { folder, env }: ReturnType<typeof checkout>) {
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["-c", `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nset -eu\n${script}`],
    {
      cwd: folder,
      env,
      encoding: "utf8",
      maxBuffer: 1e8,
    },
  );
  return { status, stdout, stderr };
}

for (const page of PAGES)
  describe(page, () => {
    const all = blocksOf(page);
    const blocks = all.filter(({ text }) => !INSTALLS.test(text));
    const place = checkout(page.replaceAll("/", "-"));

    for (const [i, { kind, needs, text }] of blocks.entries())
      test.skipIf(needs !== null && !existsSync(`node_modules/${needs}`))(
        `block ${i + 1}: ${text.split("\n")[0]}`,
        () => {
          if (kind === "sh") {
            const { status, stderr } = run(text, place);
            expect(status, stderr.slice(-2000)).toBe(0);
            return;
          }
          for (const part of text.split(/^\$ /m).slice(1)) {
            const [command, ...lines] = part.trimEnd().split("\n");
            const { status, stdout, stderr } = run(command!, place);
            expect(status, stderr).toBe(0);
            for (const line of lines.filter((l) => l.trim() !== "…"))
              expect(stdout).toMatch(new RegExp(line.split("…").map(escaped).join(".*")));
          }
        },
      );

    test("has no other fenced block that looks like a command", () => {
      // A bare fence is a formula or a picture in letters, and holds no command.
      const fences = [...readFileSync(page, "utf8").matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
      expect(fences.filter(([, kind]) => kind !== "").length).toBe(all.length);
      for (const [, kind, body] of fences) if (kind === "") expect(body).not.toMatch(/^\s*(npx |\$ |assay )/m);
    });

    test("links to files that ship", () => {
      const shipped = JSON.parse(readFileSync("package.json", "utf8")).files as string[];
      for (const [, target] of readFileSync(page, "utf8").matchAll(/\]\(((?!https?:|#)[^)#]+)[^)]*\)/g)) {
        const path = join(dirname(page), target!);
        expect(existsSync(path), `${page}: ${target}`).toBe(true);
        const ships = shipped.some((entry) =>
          entry.includes("*") ? path.startsWith(dirname(entry)) : path === entry || path.startsWith(`${entry}/`),
        );
        expect(ships || path === "validation", `${page}: ${target} is not in the package`).toBe(true);
      }
    });
  });

test("the README stays short", () => {
  const text = readFileSync("README.md", "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  expect(text.split(/\s+/).length).toBeLessThanOrEqual(1_800);
});

test("every page for readers is run", () => {
  const withBlocks = readdirSync("docs").filter(
    (name) => name.endsWith(".md") && /```sh/.test(readFileSync(join("docs", name), "utf8")),
  );
  for (const name of withBlocks) expect(PAGES).toContain(`docs/${name}`);
});
