/**
 * The answers of an examination, block of prompts by block, so that ten thousand prompts of a thousand models need not
 * lie in memory at once. Places are fixed: model 0 is the reference, 1 the suspect; prompts stand in the order drawn.
 */

export interface Block {
  /** Texts of the prompts, null where no transcript carries one. */
  prompts: readonly (string | null)[];
  /** answers[m][p]: model m's answer to the block's p-th prompt; null where there is none. */
  answers: readonly (readonly (string | null)[])[];
}

export interface AnswerSource {
  /** In the order drawn. */
  promptIds: readonly string[];
  models: number;
  /** Answers to prompts [from, to). */
  block(from: number, to: number): Promise<Block>;
}

/** Prompts a block, so that rounds end with blocks: 50 answers of 1,000 models and 1,000 characters are 100 MB. */
export const BLOCK_PROMPTS = 50;

/** All in memory. @param texts one map of prompt id to answer a model */
export function memorySource(
  promptIds: readonly string[],
  prompts: ReadonlyMap<string, string>,
  texts: readonly ReadonlyMap<string, string>[],
): AnswerSource {
  return {
    promptIds,
    models: texts.length,
    block: (from, to) => {
      const ids = promptIds.slice(from, to);
      return Promise.resolve({
        prompts: ids.map((id) => prompts.get(id) ?? null),
        answers: texts.map((of) => ids.map((id) => of.get(id) ?? null)),
      });
    },
  };
}
