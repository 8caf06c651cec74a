/**
 * A newcomer's sitting: from README.md along its links, in the order in which they stand, page by page; of each page the
 * blocks from its top until what was wanted is done. Wanted: sign a model, declare it, append an entry to a log, verify all of
 * it under the policies that were printed. Nothing is typed that no page says.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const WANTED = {
  sign: /\bassay register sign /,
  declare: /\bassay register declare /,
  append: /\bassay log append /,
  "verify the declaration": /\bassay register check .*--policy trust\.txt/,
  "verify the entry": /\bassay log verify .*--policy policy\.txt/,
};

const root = mkdtempSync(join(tmpdir(), "assay-sitting-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Pages of the repository in the order in which a reader meets their links. */
function pagesFrom(start: string): string[] {
  const met = [start];
  for (const page of met)
    for (const [, target] of readFileSync(page, "utf8").matchAll(/\]\(((?!https?:|#)[^)#]+\.md)[^)]*\)/g)) {
      const path = join(dirname(page), target!);
      if (existsSync(path) && !met.includes(path)) met.push(path);
    }
  return met;
}

const blocksOf = (page: string): string[] =>
  [...readFileSync(page, "utf8").matchAll(/(?<!<!-- needs \w+ -->\n)```sh\n([\s\S]*?)```/g)].map(([, text]) => text!);

function checkout(): (script: string) => { status: number | null; stderr: string } {
  const folder = join(root, "checkout");
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const part of ["fixtures", "data"]) symlinkSync(resolve(part), join(folder, part));
  const npx = `#!/bin/sh\n[ "$1" = assay ] || exit 127\nshift\nexec "${process.execPath}" "${resolve("dist/command/main.js")}" "$@"\n`;
  writeFileSync(join(folder, "bin/npx"), npx, { mode: 0o755 });
  const path = `${join(folder, "bin")}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  const env = { PATH: path, HOME: folder, ASSAY_HOME: join(folder, "home"), NO_COLOR: "1" };
  return (script) => spawnSync("bash", ["-c", `set -eu\n${script}`], { cwd: folder, env, encoding: "utf8" });
}

test("sign, declare, append, verify under the printed policies, by what README leads to", () => {
  const pages = pagesFrom("README.md");
  const wanted = new Map(Object.entries(WANTED));
  // The first page that does something wanted is where the newcomer sits down; its blocks are run from its top.
  const page = pages.find((each) => blocksOf(each).some((text) => WANTED.sign.test(text)))!;
  expect(pages.indexOf(page)).toBeGreaterThan(0);
  const type = checkout();
  const typed: string[] = [];
  for (const block of blocksOf(page)) {
    if (wanted.size === 0) break;
    const { status, stderr } = type(block);
    expect(status, `${page}: ${stderr.slice(-2000)}`).toBe(0);
    typed.push(block);
    for (const [what, how] of wanted) if (how.test(block)) wanted.delete(what);
  }
  expect([...wanted.keys()], `after ${page}`).toEqual([]);

  // The same commands under the other log's policy do not hold: the printed one was what made them hold.
  const line = (how: RegExp) => typed.flatMap((block) => block.split("\n")).find((each) => how.test(each))!;
  const swapped = [
    line(WANTED["verify the entry"]).replace("policy.txt", "trust.txt"),
    line(WANTED["verify the declaration"]).replace("trust.txt", "policy.txt"),
  ];
  for (const command of swapped) expect(type(command).status, command).toSatisfy((n: number) => n === 2 || n === 3);
});
