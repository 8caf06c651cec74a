/** How the story examines: the demonstration's question, asked under a plan and asked again, and what laboratories show. */
import { mkdir } from "node:fs/promises";
import type { Progress } from "../../base/progress.js";
import { unzipStrict, zip } from "../../evidence/zip.js";
import { packagePath } from "../../host/package-files.js";
import { type Asking, askingOf, demonstrated } from "../known.js";
import type { Asked } from "../laboratory.js";
import { publish } from "../publish.js";
import { recompute } from "../recompute.js";
import { loadStudies } from "../studies.js";
import type { StoryOptions } from "./tell.js";

/** @param home folder for digests that are kept between runs */
export function storyLaboratory(
  home: string,
  onProgress: (progress: Progress) => void,
): Pick<StoryOptions, "examine" | "again" | "item"> {
  const bundleOf = async (asking: Asking, asked: Asked, plan?: Parameters<typeof publish>[4]) => {
    const studies = await loadStudies(asking.laboratory);
    const { examine } = await asking.question.load();
    const done = await examine(asked, { studies, home, bundled: true, openBundle: none, onProgress });
    return zip(await publish(asking, done, studies, undefined, plan));
  };
  return {
    examine: (slot, reference, plan) =>
      bundleOf(demonstrated().asking, { arguments: [reference, slot], options: {} }, plan),
    again: async (bundle, inputs) => {
      const checks = await recompute(unzipStrict(bundle), { inputs: [inputs], home, keyId: null, onProgress });
      return checks.every(({ holds }) => holds);
    },
    item: async ({ question, asked }, scratch) => {
      await mkdir(scratch, { recursive: true });
      return bundleOf(askingOf(`examine ${question}`), asked(packagePath, scratch));
    },
  };
}

async function none(): Promise<never> {
  throw new Error("the story opens no bundle of others");
}
