/** Which names are logs': by their ending, packed or not, with the number that rotation gives them (`gateway.jsonl.1`). */

const PACKED = String.raw`(?:\.(?:gz|zst|bz2))?`;
const LOG_NAME = new RegExp(
  String.raw`\.(?:(?:jsonl|ndjson|json|log|csv|tsv|txt)(?:[.-]\d{1,8})?${PACKED}|parquet)$`,
  "i",
);

/** The name alone; what lies in the file is seen when it is read. */
export function isLogName(name: string): boolean {
  return LOG_NAME.test(name);
}
