/**
 * Examines the evidence that ships with the repository for a laboratory's demonstration: one reference, and suspects
 * whose making is known. Shows what each outcome looks like. The parties are fictional.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../base/progress.js";
import type { Finding } from "../finding/finding.js";
import { writeBundle } from "../host/bundle-store.js";
import { packagePath } from "../host/package-files.js";
import { renderIndex } from "../report/index-page.js";
import { demonstrated } from "./known.js";
import { publish } from "./publish.js";
import { loadStudies } from "./studies.js";

interface DemoCase {
  name: string;
  made: string;
  /** On the first question; the bundle holds the others. */
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
  const { asking, demonstration } = demonstrated();
  const studies = await loadStudies(asking.laboratory);
  const { examine } = await asking.question.load();
  const { home, onProgress } = options;
  const cases: DemoCase[] = [];
  for (const { name, made } of demonstration.suspects) {
    const sides = [demonstration.reference, name].map((side) => packagePath(join(demonstration.folder, side)));
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
