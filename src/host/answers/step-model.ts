/** A language model one step at a time, as serving needs it: logits out, the drawn token in. */
interface Steps {
  /** Logits of every token after the prompt and all of `generated`; called with one more each time. */
  next(generated: readonly number[]): Float64Array | Promise<Float64Array>;
  close(): void;
}

export interface StepModel {
  name: string;
  vocabulary: number;
  /** Tokens of prompt and answer together. */
  contextTokens: number;
  /** Ids of a prompt; of one turn of the model's chat template where `chat`. */
  encode(text: string, chat: boolean): number[];
  decode(ids: readonly number[]): string;
  /** Whether a token ends the answer. */
  ends(token: number): boolean;
  begin(promptIds: readonly number[]): Steps | Promise<Steps>;
}
