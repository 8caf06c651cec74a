/** A study in parts: each is computed once and kept as JSON, so that an interrupted run goes on where it stopped. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Parts {
  readonly #folder: string | null;
  readonly #log: (text: string) => void;

  /** @param folder where parts are kept; null: nowhere */
  constructor(folder: string | null, log: (text: string) => void) {
    this.#folder = folder;
    this.#log = log;
    if (folder !== null) mkdirSync(folder, { recursive: true });
  }

  async of<T>(name: string, compute: () => Promise<T>): Promise<T> {
    const path = this.#folder === null ? null : join(this.#folder, `${name}.json`);
    if (path !== null && existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
    this.#log(name);
    const value = await compute();
    if (path !== null) {
      writeFileSync(`${path}.part`, JSON.stringify(value));
      renameSync(`${path}.part`, path);
    }
    return value;
  }
}
