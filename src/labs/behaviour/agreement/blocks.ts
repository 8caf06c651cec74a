/** Blocks of prompts counted several at once and handed out in their order, so that sums have one order of addition. */
import { BLOCK_PROMPTS } from "../answers/answer-source.js";

interface Counted<T> {
  from: number;
  prompts: number;
  counted: T;
}

/** @param concurrency blocks counted at once; it never reaches a result */
export async function* countedBlocks<Block, T>(
  source: { promptIds: readonly string[]; block(from: number, to: number): Promise<Block> },
  concurrency: number,
  count: (block: Block) => Promise<T>,
): AsyncGenerator<Counted<T>> {
  const total = source.promptIds.length;
  const starts = Array.from({ length: Math.ceil(total / BLOCK_PROMPTS) }, (_, i) => i * BLOCK_PROMPTS);
  const underWay: Promise<T>[] = [];
  let next = 0;
  const begin = () => {
    const from = starts[next++];
    if (from === undefined) return;
    const counted = source.block(from, Math.min(total, from + BLOCK_PROMPTS)).then(count);
    counted.catch(() => undefined); // the first that is awaited reports
    underWay.push(counted);
  };
  // One more than are counted at once is fetched, so that nobody waits for answers.
  for (let i = 0; i <= Math.max(1, concurrency); i++) begin();
  for (const from of starts) {
    const counted = await underWay.shift()!;
    begin();
    yield { from, prompts: Math.min(BLOCK_PROMPTS, total - from), counted };
  }
}
