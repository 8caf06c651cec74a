/**
 * Files of the folders in vitest.config.ts share a worker, so that what they import is loaded once and not once a file.
 * This stands before each: a file that leaves the process other than it found it fails, and so does one that replaces
 * modules, which the next file would get too.
 */
import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

const found = () => ({ environment: { ...process.env }, folder: process.cwd(), status: process.exitCode });

/** What the web server's library puts in place of the machine's own. */
const OF_LIBRARIES = ["Request", "Response"];
/** What was there; what a library adds on its first use is no file's doing. */
const held = [globalThis, Date, Math, JSON, process.stdout, process.stderr].flatMap((of) =>
  Object.entries(Object.getOwnPropertyDescriptors(of)).flatMap(([name, { value }]) =>
    typeof value === "function" && !OF_LIBRARIES.includes(name)
      ? [{ of: of as unknown as Record<string, unknown>, name, value }]
      : [],
  ),
);
const before = found();

afterAll(() => {
  expect(found(), "the process as the file found it").toEqual(before);
  const replaced = held.filter(({ of, name, value }) => of[name] !== value).map(({ name }) => name);
  expect(replaced, "functions that were replaced").toEqual([]);
  const { testPath } = expect.getState();
  expect(readFileSync(testPath!, "utf8")).not.toMatch(/\bvi\.(mock|doMock|stubGlobal|stubEnv)\b/);
});
