/** Pieces of the study on disk, so that a long study can be run piece by piece and taken up again. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { STATISTICS } from "../../dist/labs/behaviour/agreement/agreement.js";

export class Cache {
  readonly #folder: string;
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  rows(name: string, make: () => number[][]): number[][] {
    const path = join(this.#folder, `${name}.f64`);
    const width = STATISTICS.length;
    if (!existsSync(path)) this.#write(path, Buffer.from(Float64Array.from(make().flat()).buffer));
    const bytes = readFileSync(path);
    const flat = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return Array.from({ length: flat.length / width }, (_, i) => [...flat.subarray(i * width, (i + 1) * width)]);
  }

  json<T>(name: string, make: () => T): T {
    const path = join(this.#folder, `${name}.json`);
    if (!existsSync(path)) this.#write(path, Buffer.from(JSON.stringify(make())));
    return JSON.parse(readFileSync(path, "utf8"));
  }

  #write(path: string, bytes: Buffer): void {
    writeFileSync(`${path}.partial`, bytes);
    renameSync(`${path}.partial`, path);
  }
}
