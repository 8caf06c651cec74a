/** Many jobs, a bounded number at once, with progress. Results keep the order of the jobs. */

import type { Progress } from "../../base/progress.js";

export interface Work {
  /** Jobs in flight at once. */
  concurrency: number;
  onProgress: (progress: Progress) => void;
}

/** @param stage the words that progress shows @param items jobs; an error of one ends all */
export async function inParallel<T, R>(
  work: Work,
  stage: string,
  items: readonly T[],
  job: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let done = 0;
  async function lane(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      results[index] = await job(items[index]!);
      done++;
      work.onProgress({ stage, done, total: items.length });
    }
  }
  await Promise.all(Array.from({ length: Math.min(work.concurrency, items.length) }, lane));
  return results;
}
