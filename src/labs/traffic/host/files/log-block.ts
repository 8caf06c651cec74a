/** A piece of a log as whole JSON lines, and where in the log's text it ends. */
export interface LogBlock {
  bytes: Uint8Array;
  /** Offset behind the block's last record, in the unpacked text. */
  end: number;
}

/** Big enough to keep a thread busy for tens of milliseconds, small enough to hold several. */
export const BLOCK_BYTES = 8 * 1024 * 1024;
