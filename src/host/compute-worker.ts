/** A thread of the compute pool: takes a job, reads what it names, answers. */
import { parentPort } from "node:worker_threads";
import { AssayError } from "../base/error.js";
import { LocalCompute } from "../kernels/compute.js";
import type { Answer, Job } from "./compute-pool.js";
import { FileReader } from "./files.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));

parentPort!.on("message", async (task: Job) => {
  let answer: Answer;
  try {
    answer = { value: await run(task) };
  } catch (error) {
    const code = error instanceof AssayError ? error.code : null;
    answer = { error: { message: (error as Error).message, code } };
  }
  parentPort!.postMessage(answer);
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
  }
}
