/** One thread that hashes files, or parts of files, for signatures. */
import { serveTasks } from "../worker-tasks.js";
import { type HashTask, hashFile } from "./hash-file.js";

serveTasks(async (task: HashTask, note) => ({ value: await hashFile(task, note) }));
