/** A thread of the compute pool: takes a job, reads what it names, answers. */
import { workerData } from "node:worker_threads";
import { AssayError, type AssayErrorCode } from "../../base/error.js";
import { LocalCompute } from "../../kernels/compute.js";
import { FileReader } from "../files.js";
import { isUrl } from "../http/http-pin.js";
import { HttpReader } from "../http/http-reader.js";
import { HttpSource } from "../http/http-source.js";
import { serveTasks } from "../worker-tasks.js";
import type { Answer, Job } from "./compute-pool.js";

const files = new FileReader();
const source = new HttpSource((workerData as { connections: number } | null)?.connections ?? 1);
const remote = new HttpReader(source);
const compute = new LocalCompute((file, offset, into) => (isUrl(file) ? remote : files).readInto(file, offset, into));

serveTasks(async (task: Job) => {
  let result: { value: unknown } | { error: { message: string; code: AssayErrorCode | null } };
  try {
    result = { value: await run(task) };
  } catch (error) {
    const code = error instanceof AssayError ? error.code : null;
    result = { error: { message: (error as Error).message, code } };
  }
  const { receivedBytes, requests } = source;
  [source.receivedBytes, source.requests] = [0, 0];
  const notFinite = compute.takeNotFinite().filter(({ file }) => isUrl(file));
  const answer: Answer = { ...result, remote: { reads: remote.takeReads(), receivedBytes, requests, notFinite } };
  // Values that were read for the answer alone: copied, they would lie in both threads until a collection.
  const read = (task.kind === "rows" || task.kind === "load") && "value" in result ? result.value : null;
  return { value: answer, transfer: read instanceof Float32Array ? [read.buffer as ArrayBuffer] : [] };
});

function run(task: Job): Promise<unknown> {
  switch (task.kind) {
    case "sketch":
      return compute.sketch(task.job);
    case "match":
      return compute.match(task.job);
    case "pair":
      return compute.pair(task.job);
    case "compare":
      return compute.compare(task.job);
    case "load":
      return compute.load(task.job);
    case "rows":
      return compute.rows(task.job);
    case "eigen":
      return compute.eigen(task.job);
    case "rotate":
      return compute.rotate(task.job);
    case "partners":
      return compute.partners(task.job);
    case "project":
      return compute.project(task.job);
    case "moments":
      return compute.moments(task.job);
    case "products":
      return compute.products(task.job);
  }
}
