import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * What takes a minute or more. A fresh clone knows no file's time, and Vitest starts the largest files first: one of 135 s
 * came last, and kept the whole suite waiting on one core.
 */
const LONG = [
  "documents",
  "cli/scripts",
  "labs/zoo",
  "labs/opt-outs",
  "report/accessibility",
  "labs/traffic/honest-worlds",
  "web/register-site",
  "labs/traffic/rows-once",
  "app/audit-rerun",
  "web/docket-workspace",
  "labs/traffic/shared-cases",
  "web/docket-site",
  "labs/mixtures",
  "labs/traffic/examine",
].map((name) => `test/${name}.test.ts`);

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    pool: "forks",
    // The default leaves one core to the watcher, of two as well.
    maxWorkers: "100%",
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/built.ts", "test/shared-material.ts"],
    sequence: { sequencer: LongFirst },
    // Ends what hangs and judges nothing: a busy machine is no fault.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Commands are started some hundreds of times: each file is compiled once.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "assay-tests-compile-cache") },
    reporters: ["default"],
  },
});
