/** A client that goes away while it posts; what the server says of it on standard error. */
import { connect } from "node:net";
import { vi } from "vitest";

export async function linesOf(url: string, path: string): Promise<string[]> {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  await new Promise<void>((done) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a`,
      );
      setTimeout(() => socket.destroy(), 100);
    });
    socket.on("close", () => setTimeout(done, 300));
  });
  write.mockRestore();
  return lines;
}
