/** Tells the whole dispute into a folder, writes its pages, and serves them with the docket, the register and a workspace. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { storyLaboratory } from "../../app/story/laboratory.js";
import type { StartWitness } from "../../app/story/story-register.js";
import { tellStory } from "../../app/story/tell.js";
import { AssayError } from "../../base/error.js";
import { visibleText } from "../../report/visible-text.js";
import { serveFolder } from "../../web/static-server.js";
import { serveStory, storyPorts, writeStoryPages } from "../../web/story-server.js";
import { progressLine } from "../progress.js";
import { untilStopped } from "./serve.js";

/** @param out an existing folder, empty @param home of Assay's state */
export async function tellAndServe(
  out: string,
  home: string,
  { serve, port }: { serve: boolean; port: number },
): Promise<void> {
  await mkdir(out, { recursive: true });
  // A port that is taken is told before half a minute of work, not after.
  if (serve && port !== 0) for (const each of storyPorts(port)) await (await serveFolder(out, each)).close();
  const progress = progressLine();
  process.stderr.write("Telling a dispute. All parties are fictional; the models are real; the case is a rehearsal.\n");
  const story = await tellStory({
    out,
    ...storyLaboratory(home, progress.report),
    witness: witnessProcess,
    onStep: ({ title, says, verified }, done, of) => {
      progress.done();
      process.stdout.write(`${done} of ${of}  ${title}: ${visibleText(says)}\n`);
      for (const { what, holds } of verified)
        process.stdout.write(`        ${holds ? "holds" : "DOES NOT HOLD"}: ${visibleText(what)}\n`);
    },
  });
  try {
    if (story.steps.some(({ verified }) => verified.some(({ holds }) => !holds))) process.exitCode = 3;
    await writeStoryPages(out, story, null);
    process.stderr.write(`written to ${out}; begin with pages/index.html\n`);
    if (!serve) return;
    const served = await serveStory(out, story, port);
    const { docket, register, workspace } = served;
    process.stderr.write(`docket at ${docket}\nregister at ${register}\nworkspace at ${workspace}\n`);
    process.stderr.write("Begin here, in a browser:\n");
    await untilStopped(served, "pages");
  } finally {
    await story.register.close();
  }
}

/** `assay log witness` as a process of its own, which ends with this one. */
const witnessProcess: StartWitness = async (folder, keyFile, logs) => {
  const args = [process.argv[1]!, "log", "witness", folder, "--log-key", keyFile, "--log", ...logs, "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const stop = () => void child.kill();
  process.once("exit", stop);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (bytes: Buffer) => {
      said += bytes.toString("utf8");
      const found = /witness at (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new AssayError("UNAVAILABLE", `demo: the witness did not start: ${said.trim()}`)));
  });
  return {
    url,
    close: async () => {
      process.off("exit", stop);
      child.kill();
      await gone;
    },
  };
};
