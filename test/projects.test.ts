/** Tests run as projects (vitest.config.ts): a file that none of them takes would never run, and nobody would miss it. */
import { globSync } from "node:fs";
import { expect, test } from "vitest";
import config from "../vitest.config.ts";

test("each file of tests is in one project", () => {
  const files = new Map(globSync("test/**/*.test.ts").map((file) => [file, [] as string[]]));
  expect(files.size).toBeGreaterThan(250);
  for (const project of config.test!.projects as { test: { name: string; include: string[]; exclude?: string[] } }[]) {
    const { name, include, exclude = [] } = project.test;
    const left = new Set(globSync(exclude));
    for (const file of globSync(include)) if (!left.has(file)) files.get(file)!.push(name);
  }
  expect([...files].filter(([, projects]) => projects.length !== 1)).toEqual([]);
});
