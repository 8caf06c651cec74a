/** Colour on terminals alone, and none where NO_COLOR is set to anything (no-color.org) or the terminal has none. */

const CODES = { bold: 1, red: 31, green: 32, yellow: 33 } as const;

/** The same text without escapes wherever colour is not wanted, so that pipes and files stay plain. */
export function coloured(
  text: string,
  colour: keyof typeof CODES,
  stream: Pick<NodeJS.WriteStream, "isTTY"> = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const plain = stream.isTTY !== true || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return plain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}
