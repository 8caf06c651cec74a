import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * What takes three quarters of a minute or more. A fresh clone knows no file's time, and Vitest starts the largest files first: one of 135 s
 * came last, and kept the whole suite waiting on one core.
 */
const LONG = [
  "documents",
  "cli/scripts",
  "labs/opt-outs",
  "labs/zoo",
  "report/accessibility",
  "labs/traffic/honest-worlds",
  "web/register-site",
  "labs/mixtures",
  "app/audit-rerun",
  "labs/traffic/relaid",
  "web/docket-workspace",
  "labs/traffic/rows-once",
  "labs/init-anchor",
].map((name) => `test/${name}.test.ts`);

/**
 * Folders of many short files, which share a worker: a third of a second of processor time a file goes into loading what the
 * last one loaded. No file there may change the process (test/left-as-found.ts sees to it).
 */
const TOGETHER = [
  "evidence",
  "finding",
  "gate",
  "kernels",
  "labs/behaviour",
  "labs/marks",
  "labs/membership",
  "labs/preferences",
  "model",
  "office",
  "stats",
  "transcript",
].map((folder) => `test/${folder}/**/*.test.ts`);

/** What measures time or memory of the process it runs in has one of its own. */
const MEASURING = ["*-fuzz", "onnx", "strict-json", "tokenizer", "torch-state"].map(
  (name) => `test/model/${name}.test.ts`,
);

/** Before every file that may make findings. */
const FORMS = "test/observed-forms.ts";

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
    globalSetup: ["test/built.ts", "test/shared-material.ts"],
    sequence: { sequencer: LongFirst },
    // Ends what hangs and judges nothing: a busy machine is no fault.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Commands are started some hundreds of times: each file is compiled once.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "assay-tests-compile-cache") },
    reporters: ["default"],
    // Each file is in one of them: test/projects.test.ts.
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: TOGETHER, setupFiles: [FORMS] },
      },
      { extends: true, test: { name: "measuring", include: MEASURING } },
      {
        extends: true,
        test: {
          name: "together",
          include: TOGETHER,
          exclude: MEASURING,
          isolate: false,
          setupFiles: [FORMS, "test/left-as-found.ts"],
        },
      },
    ],
  },
});
