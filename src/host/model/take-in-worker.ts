/** A thread of intake.ts: reads one file after another, and says how many bytes have passed. */
import { serveTasks } from "../worker-tasks.js";
import { FileTaker, type TakeInTask } from "./take-in.js";

const taker = new FileTaker();

serveTasks(async ({ file, home }: TakeInTask, note) => {
  // A run that is given up ends this thread.
  return { value: await taker.take(file, home, note, () => false) };
});
