/** The kernels alone, on one thread and on several at once: product GF/s, decode and fold GB/s. Prints one JSON line. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Kernel, type Matrix } from "../dist/kernels/kernel.js";

/** Long enough for the sustained rate: the first seconds of a rested machine are faster. */
const SECONDS = 10;

interface Rates {
  productGFs: number;
  decodeGBs: number;
  foldGBs: number;
}

function measure(): Rates {
  const kernel = new Kernel();
  const matrix = (n: number, k: number): Matrix => ({
    n,
    k,
    data: Float32Array.from({ length: n * k }, (_, i) => ((i * 7919) % 997) / 997),
  });
  // A block of the 7b pair: 11,008 units, two parts of width 128.
  const [a, b] = [matrix(11_008, 256), matrix(11_008, 256)];
  const stored = new Uint8Array(new Uint16Array(4 * 1024 * 1024).fill(0x3c12).buffer);
  const out = matrix(1024, 64);
  const signs = new Float32Array(4096).fill(1);
  const sums = new Float32Array(1024);
  const rate = (amount: number, seconds: number, run: () => void) => {
    run();
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < seconds * 1000) {
      run();
      runs++;
    }
    return (amount * runs) / (performance.now() - start) / 1e6;
  };
  return {
    productGFs: rate(2 * 11_008 * 11_008 * 256, SECONDS, () => kernel.productOnly(a, b)),
    decodeGBs: rate(stored.length, 2, () => kernel.decode("BF16", stored)),
    foldGBs: rate(stored.length, 2, () =>
      kernel.foldRows({ dtype: "BF16", bytes: stored, rows: 1024, columns: 4096 }, signs, out, sums, 0),
    ),
  };
}

if (isMainThread) {
  const threads = Number(process.argv[2] ?? 1);
  const all = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<Rates>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: "measure" });
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    ),
  );
  const total = (key: keyof Rates) => all.reduce((s, r) => s + r[key], 0);
  process.stdout.write(
    `${JSON.stringify({ threads, productGFs: total("productGFs"), decodeGBs: total("decodeGBs"), foldGBs: total("foldGBs") })}\n`,
  );
} else if (workerData === "measure") {
  parentPort!.postMessage(measure());
}
