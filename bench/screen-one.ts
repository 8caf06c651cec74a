/** One screening in a process of its own, for screen-1t.ts: `node bench/screen-one.ts REFERENCE SUSPECT` prints figures. */

import { askingOf } from "../dist/app/known.js";
import { loadStudies } from "../dist/app/studies.js";
import { examineModels } from "../dist/labs/weights/desk/examine-models.js";

const [reference, suspect] = process.argv.slice(2) as [string, string];
const begin = performance.now();
const stages = new Map<string, number>();
const { findings, remote } = await examineModels({
  reference,
  suspect,
  settings: { seed: "assay-weights-1", rows: "screened" },
  studies: await loadStudies(askingOf("examine weights").laboratory),
  home: null,
  onProgress: ({ stage, total }) => stages.set(stage, total),
});
const finding = findings[0]!;
const sides = remote.map(({ role, readBytes, totalBytes, ranges }) => ({ role, readBytes, totalBytes, ranges }));
console.log(
  JSON.stringify({
    outcome: finding.outcome,
    reason: finding.reason,
    tests: finding.tests.map(({ id, log10P, where }) => ({ id, log10P, where })),
    seconds: Math.round((performance.now() - begin) / 1000),
    memoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    sides,
    receivedBytes: remote[0]?.receivedBytes,
    requests: remote[0]?.requests,
    stages: Object.fromEntries(stages),
  }),
);
