/** Every example runs as its first lines say, in a new folder. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "assay-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const scripts = readdirSync("examples").filter((name) => name.endsWith(".sh"));

describe("examples", () => {
  test.each(scripts)("%s", { timeout: 240_000 }, (name) => {
    const env = {
      ...process.env,
      ASSAY_HOME: join(folder, "home"),
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    };
    const at = join(folder, name.replace(".sh", ""));
    const { status, stdout, stderr } = spawnSync("sh", [resolve("examples", name), at], { encoding: "utf8", env });
    expect(status, stderr.slice(0, 2000)).toBe(0);
    expect(stdout).not.toBe("");
    expect(stderr).not.toContain("internal error");
  });

  test("are all listed", () => {
    const readme = readFileSync("examples/README.md", "utf8");
    for (const name of scripts) expect(readme).toContain(`](${name})`);
  });
});
