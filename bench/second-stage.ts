/**
 * The second stage of `examine weights` (weights/aligned-units) on two small models in which it finds nothing, so that every
 * way of aligning is gone: processor time of one thread, of an earlier commit and of this one in turns.
 *   npm run build && node bench/second-stage.ts [--before CHECKOUT] [--pairs A:B,…] [--turns 3] [--zoo ../shared/zoo]
 * CHECKOUT is a built checkout. The least of the turns counts: what else a machine does only adds. Prints whether both gave
 * the same rotation, counts and figures to the last bit.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    pairs: { type: "string", default: "models/base:models/independent-finetuned,bank/a00:bank/a01" },
    turns: { type: "string", default: "3" },
    zoo: { type: "string", default: "../shared/zoo" },
    one: { type: "string" },
  },
});

interface One {
  seconds: number;
  digest: string;
}

/** In a process of its own: one compiled state of the engine must not serve another. */
async function one(checkout: string, reference: string, suspect: string): Promise<One> {
  const from = (file: string) => import(join(checkout, "dist", file));
  const { FileReader } = await from("host/files.js");
  const { openModel } = await from("host/model/open-model.js");
  const { LocalCompute } = await from("kernels/compute.js");
  const { align } = await from("labs/weights/alignment/align.js");
  const { canonicalModel } = await from("labs/weights/alignment/canonical.js");
  const files = new FileReader();
  const compute = new LocalCompute((file: string, offset: number, into: Uint8Array) =>
    files.readInto(file, offset, into),
  );
  const load = (tensor: { matrix: unknown }) => compute.load(tensor.matrix);
  const canonical = async (path: string) => canonicalModel((await openModel(path)).reading.model, load);
  const models = { reference: await canonical(reference), suspect: await canonical(suspect) };
  const began = process.cpuUsage();
  const { rotation, ...result } = await align({
    ...models,
    tokens: null,
    seed: "bench",
    compute,
    onProgress: () => {},
  });
  const { user, system } = process.cpuUsage(began);
  await files.close();
  const hash = createHash("sha256").update(new Uint8Array(rotation.data.buffer)).update(JSON.stringify(result));
  return { seconds: (user + system) / 1e6, digest: hash.digest("hex") };
}

if (values.one) console.log(JSON.stringify(await one(...(JSON.parse(values.one) as [string, string, string]))));
else
  for (const pair of values.pairs.split(",")) {
    const paths = pair.split(":").map((name) => resolve(values.zoo, name));
    const sides = [...(values.before ? [resolve(values.before)] : []), resolve(".")];
    const runs = sides.map((): One[] => []);
    for (let turn = 0; turn < Number(values.turns); turn++)
      for (const [at, checkout] of sides.entries()) {
        const asked = ["--one", JSON.stringify([checkout, ...paths])];
        runs[at]!.push(
          JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...asked], { encoding: "utf8" })),
        );
      }
    const least = runs.map((side) => Math.min(...side.map(({ seconds }) => seconds)));
    const same = new Set(runs.flat().map(({ digest }) => digest)).size === 1;
    console.log(
      `${pair}: ${least.map((s) => `${s.toFixed(2)} s`).join(" before, ")}; ${same ? "the same bits" : "OTHER BITS"}; load ${loadavg()[0]!.toFixed(1)}`,
    );
  }
