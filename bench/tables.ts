/** The bench's report as Markdown: the targets with their ratios first, then the curve, then the peers. */

interface Stage {
  name: string;
  rows: string;
  cold: boolean;
  parameters: number;
  exactS: number;
  storyS: number;
  readS: number;
  bytes: number;
  flop: number;
  peakBytes: number;
  kernelGFs: number | null;
  /** The same stage run again at once, files in the page cache; only for the largest pair. */
  warmS: number | null;
  runs: { exactS: number; warmS: number | null; readS: number; kernelGFs: number | null }[];
}

interface Report {
  machine: { cpu: string; cores: number; memoryBytes: number; node: string };
  stages: Stage[];
  kernels: { threads: number; productGFs: number; decodeGBs: number; foldGBs: number }[];
  openblas: { threads: number; productGFs: number | null }[];
  file: { bytes: number; catColdS: number; catWarmS: number; sha256sumS: number; intakeS: number };
}

export function benchTables(r: Report): string {
  const { machine, file } = r;
  const kernel = r.kernels.at(-1)!;
  const sampled = r.stages.findLast((s) => s.rows === "sampled")!;
  const all = r.stages.findLast((s) => s.rows === "all")!;
  const beside = all.kernelGFs ?? kernel.productGFs;
  const ratios = (key: "exactS" | "warmS") =>
    all.runs.map((run) => all.flop / (run[key] ?? Number.NaN) / 1e9 / (run.kernelGFs ?? kernel.productGFs));
  const rateRow = (what: string, key: "exactS" | "warmS") => {
    const seconds = all[key] ?? Number.NaN;
    const ratio = all.flop / seconds / 1e9 / beside;
    return [
      `(b) product rate over the whole stage, ${what}`,
      `${(all.flop / seconds / 1e9).toFixed(1)} GF/s in ${s(seconds)}`,
      `the kernel alone on ${kernel.threads} threads, same minute: ${beside.toFixed(1)} GF/s`,
      `${ratio.toFixed(2)} (runs: ${ratios(key)
        .map((x) => x.toFixed(2))
        .join(", ")})`,
      `≥ 0.70: ${verdict(ratio >= 0.7)}`,
    ];
  };
  const gbs = (seconds: number) => (file.bytes / seconds / 1e9).toFixed(2);
  return `<!-- Written by bench/weights.ts; do not edit. -->
# What examining weights costs

\`npm run build && node bench/weights.ts --data FOLDER\` on ${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, Node ${machine.node}.
Pairs are generated (bench/make-pair.ts), BF16; ${sampled.cold ? "the page cache was emptied before each stage" : "the page cache could not be emptied: figures are warm"}.
Medians of three runs on a shared machine: read ratios before absolute times.

## Targets, on the ${sampled.name} pair

${table(
  ["", "measured", "beside it", "ratio", "target"],
  [
    [
      "(a) exact stage, sampled",
      `${s(sampled.exactS)}`,
      `the same ${gb(sampled.bytes)} read cold: ${s(sampled.readS)}`,
      (sampled.exactS / sampled.readS).toFixed(2),
      `≤ 1.5 × or 10 s: ${verdict(sampled.exactS <= Math.max(10, 1.5 * sampled.readS))}`,
    ],
    [
      "(b) exact stage, all rows",
      `${s(all.exactS)}`,
      "90 s",
      (all.exactS / 90).toFixed(2),
      `≤ 90 s: ${verdict(all.exactS <= 90)}`,
    ],
    rateRow("files cold", "exactS"),
    rateRow("files in the page cache", "warmS"),
    [
      "peak memory, either stage with story",
      `${(Math.max(sampled.peakBytes, all.peakBytes) / 2 ** 20).toFixed(0)} MiB`,
      "1,024 MiB",
      (Math.max(sampled.peakBytes, all.peakBytes) / 2 ** 30).toFixed(2),
      `< 1 GiB: ${verdict(Math.max(sampled.peakBytes, all.peakBytes) < 2 ** 30)}`,
    ],
  ],
)}

## Cost against parameters

![Seconds of the exact stage against parameters, sampled and all rows](weights-curve.svg)

${table(
  [
    "pair",
    "parameters a side",
    "rows",
    "exact stage",

    "tensor story",
    "bytes read",
    "read alone",
    "products",
    "peak memory",
    "s per G parameters",
  ],
  r.stages.map((x) => [
    x.name,
    `${(x.parameters / 1e9).toFixed(2)} G`,
    x.rows,
    s(x.exactS),
    s(x.storyS),
    gb(x.bytes),
    s(x.readS),
    `${(x.flop / 1e9).toFixed(0)} GF`,
    `${(x.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    (x.exactS / (x.parameters / 1e9)).toFixed(2),
  ]),
)}

## Kernels and peers, same run

${table(
  ["", "1 thread", `${kernel.threads} threads`],
  [
    ["product, our kernel (WASM SIMD128, fixed order), GF/s", ...r.kernels.map((k) => k.productGFs.toFixed(1))],
    [
      "product, OpenBLAS through numpy (free order), GF/s",
      ...r.openblas.map((k) => k.productGFs?.toFixed(1) ?? "not installed"),
    ],
    ["BF16 → F32 decode, copies in and out included, GB/s of input", ...r.kernels.map((k) => k.decodeGBs.toFixed(2))],
    ["decode and signed fold, GB/s of input", ...r.kernels.map((k) => k.foldGBs.toFixed(2))],
  ],
)}

${table(
  [`one file of ${gb(file.bytes)}`, "GB/s"],
  [
    ["`cat`, cold", gbs(file.catColdS)],
    ["`cat`, warm", gbs(file.catWarmS)],
    ["intake (SHA-256 and finite check, one pass), warm", gbs(file.intakeS)],
    ["`sha256sum`, warm", gbs(file.sha256sumS)],
  ],
)}
`;
}

function table(head: string[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const s = (seconds: number) => `${seconds.toFixed(1)} s`;
const gb = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
const verdict = (holds: boolean) => (holds ? "met" : "**not met**");
