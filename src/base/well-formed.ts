/** Text cut at any place may end in half a surrogate pair, which is no Unicode text and has no UTF-8. */

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** @returns the text with each lone surrogate replaced by U+FFFD */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, "\ufffd");
}
