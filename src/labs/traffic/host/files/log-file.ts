/** One file of a log, wherever it lies. */
export interface LogFile {
  /** Tells it from every other file: its absolute path or its address. */
  path: string;
  /** Its name, for people. */
  name: string;
  /** Found in a folder: if it is no log after all, the others are read and this one is told of. */
  found: boolean;
  sizeBytes: number;
  /** Changes whenever the file does; null where the store gives nothing of the kind. */
  signature: string | null;
  /** Its bytes as they are stored, from the first. */
  open: () => AsyncIterable<Buffer>;
}
