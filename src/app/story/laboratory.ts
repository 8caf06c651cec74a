/** How the story examines: the demonstration's question, asked under a plan, and asked again. */
import type { Progress } from "../../base/progress.js";
import { unzipStrict, zip } from "../../evidence/zip.js";
import { demonstrated } from "../known.js";
import { publish } from "../publish.js";
import { recompute } from "../recompute.js";
import { loadStudies } from "../studies.js";
import type { StoryOptions } from "./dispute.js";

/** @param home folder for digests that are kept between runs */
export async function storyLaboratory(
  home: string,
  onProgress: (progress: Progress) => void,
): Promise<Pick<StoryOptions, "examine" | "again">> {
  const { asking } = demonstrated();
  const studies = await loadStudies(asking.laboratory);
  const { examine } = await asking.question.load();
  return {
    examine: async (slot, reference, plan) => {
      const desk = { studies, home, bundled: true, openBundle: none, onProgress };
      const done = await examine({ arguments: [reference, slot], options: {} }, desk);
      return zip(await publish(asking, done, studies, undefined, plan));
    },
    again: async (bundle, inputs) => {
      const checks = await recompute(unzipStrict(bundle), { inputs: [inputs], home, keyId: null, onProgress });
      return checks.every(({ holds }) => holds);
    },
  };
}

async function none(): Promise<never> {
  throw new Error("the story opens no bundle of others");
}
