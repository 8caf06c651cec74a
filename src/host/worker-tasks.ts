/** The thread's side of worker-pool.ts: takes a task, answers with its value or with what it threw, one after another. */
import { parentPort } from "node:worker_threads";
import { AssayError, assert } from "../base/error.js";
import type { Reply } from "./worker-pool.js";

interface TaskDone {
  value: unknown;
  /** Handed over, not copied. */
  transfer?: readonly ArrayBuffer[];
}

/** @param run told the task and how to say something meanwhile */
export function serveTasks<Task>(
  run: (task: Task, note: (note: unknown) => void) => TaskDone | Promise<TaskDone>,
): void {
  const port = parentPort;
  assert(port, "worker tasks: expected to run in a thread");
  const say = (reply: Reply, transfer: readonly ArrayBuffer[] = []) => port.postMessage(reply, transfer);
  const note = (note: unknown) => say({ kind: "note", note });
  port.on("message", async (task: Task) => {
    try {
      const { value, transfer } = await run(task, note);
      say({ kind: "value", value }, transfer);
    } catch (error) {
      const { message, stack } = error as Error;
      say({ kind: "error", message, code: error instanceof AssayError ? error.code : null, stack });
    }
  });
}
