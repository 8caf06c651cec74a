/** A folder that is gone after the test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export function temporary(): (...parts: string[]) => string {
  const top = mkdtempSync(join(tmpdir(), "assay-test-"));
  afterAll(() => rmSync(top, { recursive: true, force: true }));
  return (...parts) => join(top, ...parts);
}
