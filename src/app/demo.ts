/**
 * Examines the small trained models that ship with the repository: one base, and four suspects whose making is
 * known. Shows what each outcome looks like on real weights. The parties are fictional.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../finding/finding.js";
import { writeBundle } from "../host/bundle-store.js";
import { packagePath } from "../host/package-files.js";
import { renderIndex } from "../report/index-page.js";
import { askingOf } from "./known.js";
import type { Progress } from "./laboratory.js";
import { publish } from "./publish.js";
import { loadStudies } from "./studies.js";

export const DEMO_MODELS = "fixtures/demo";
const REFERENCE = "base";

/** How each suspect was made: ground truth, so that a reader can judge the findings. */
export const DEMO_SUSPECTS: readonly { name: string; made: string }[] = [
  { name: "finetune", made: "the base, fine-tuned on another domain" },
  { name: "deeper", made: "the base with four layers repeated, then trained on" },
  { name: "independent-twin", made: "another random initialisation, trained on the same data in the same order" },
  { name: "text-student", made: "another random initialisation, trained on text sampled from the base" },
];

export interface DemoCase {
  name: string;
  made: string;
  /** On shared ancestry; the bundle holds the others. */
  finding: Finding;
}

/** Writes one bundle a suspect and an index page into `out`. */
export async function demo(options: {
  out: string;
  home: string;
  onProgress: (progress: Progress) => void;
  onCase: (done: DemoCase) => void;
}): Promise<DemoCase[]> {
  await mkdir(options.out, { recursive: true });
  const asking = askingOf("examine weights");
  const studies = await loadStudies(asking.laboratory);
  const { examine } = await asking.question.load();
  const { home, onProgress } = options;
  const cases: DemoCase[] = [];
  for (const { name, made } of DEMO_SUSPECTS) {
    const sides = [REFERENCE, name].map((model) => packagePath(join(DEMO_MODELS, model)));
    const desk = { studies, home, bundled: true, openBundle: none, onProgress };
    const done = await examine({ arguments: sides, options: {} }, desk);
    await writeBundle(join(options.out, name), await publish(asking, done, studies));
    const result = { name, made, finding: done.findings[0]! };
    cases.push(result);
    options.onCase(result);
  }
  await writeFile(
    join(options.out, "index.html"),
    renderIndex(cases.map((c) => ({ ...c, href: `${c.name}/data/page.html` }))),
  );
  return cases;
}

async function none(): Promise<never> {
  throw new Error("the demonstration opens no bundle of others");
}
