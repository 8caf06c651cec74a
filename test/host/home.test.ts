/** The data folder on each platform. */
import { expect, test } from "vitest";
import { assayHome } from "../../src/host/home.js";

test.each([
  [{ ASSAY_HOME: "/x/y" }, "linux", "/x/y"],
  [{ ASSAY_HOME: "/x/y" }, "darwin", "/x/y"],
  [{ ASSAY_HOME: "" }, "linux", "/home/u/.local/share/assay"],
  [{}, "linux", "/home/u/.local/share/assay"],
  [{ XDG_DATA_HOME: "/data" }, "linux", "/data/assay"],
  [{ XDG_DATA_HOME: "data" }, "linux", "/home/u/.local/share/assay"],
  [{ XDG_DATA_HOME: "/data" }, "darwin", "/home/u/Library/Application Support/assay"],
  [{ LOCALAPPDATA: "/local" }, "win32", "/local/assay"],
])("%j on %s", (env, platform, expected) => {
  expect(assayHome(env as Record<string, string>, platform, "/home/u")).toBe(expected);
});
