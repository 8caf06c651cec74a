import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    // The default leaves one core to the watcher, of two as well.
    maxWorkers: "100%",
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/built.ts", "test/shared-material.ts"],
    // Ends what hangs and judges nothing: a busy machine is no fault.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Commands are started some hundreds of times: each file is compiled once.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "assay-tests-compile-cache") },
    reporters: ["default"],
  },
});
