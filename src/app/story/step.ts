/** One step of the told dispute: what happened, what was checked of it as the other side would, and where to read it. */

export interface Verified {
  what: string;
  holds: boolean;
}

/** Below the story's folder: what is served. Keys, cases and logs lie beside it. */
export const PAGES = "pages";

/** Which of the served programs a place lies in: the story's own folder, the docket, the register, a party's workspace. */
type Site = "story" | "docket" | "register" | "workspace";

export interface Place {
  site: Site;
  /** Below the site's address, without a slash in front. */
  path: string;
  text: string;
}

export interface Step {
  title: string;
  says: string;
  verified: readonly Verified[];
  places: readonly Place[];
}

export type OnStep = (step: Step, done: number, of: number) => void;

/** Collects steps and tells of each as it is done. */
export class Teller {
  readonly steps: Step[] = [];
  readonly #of: number;
  readonly #onStep: OnStep;

  /** @param of how many there will be */
  constructor(of: number, onStep: OnStep) {
    this.#of = of;
    this.#onStep = onStep;
  }

  told(title: string, says: string, verified: readonly Verified[] = [], places: readonly Place[] = []): void {
    const step = { title, says, verified, places };
    this.steps.push(step);
    this.#onStep(step, this.steps.length, this.#of);
  }
}
