/** What belongs to a model path: regular files and links to such; everything else is one clear error. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEPTH_MAX, displayName, FILES_MAX, listModelFiles } from "../../src/host/model/folder.js";
import { temporary } from "./temporary.js";

const at = temporary();

test("a folder, by name, without what git keeps", async () => {
  mkdirSync(at("m", ".git"), { recursive: true });
  mkdirSync(at("m", "sub"));
  for (const name of ["b", "a", "sub/c", ".git/x", ".gitattributes", "sub/.gitignore", "left-out"])
    writeFileSync(at("m", name), name);
  const listed = await listModelFiles(at("m"), ["left-out"]);
  expect(listed).toMatchObject({ name: "m", isFolder: true, path: at("m") });
  expect(listed.files).toEqual(
    ["a", "b", "sub/.gitignore", "sub/c"].map((name) => ({ name, path: at("m", name), sizeBytes: name.length })),
  );
});
test("a single file", async () => {
  writeFileSync(at("one.safetensors"), "xyz");
  expect(await listModelFiles(at("one.safetensors"))).toMatchObject({
    isFolder: false,
    files: [{ name: "one.safetensors", sizeBytes: 3 }],
  });
});
test("links to files, as in a Hugging Face cache", async () => {
  mkdirSync(at("hub", "blobs"), { recursive: true });
  mkdirSync(at("hub", "snapshots", "1"), { recursive: true });
  writeFileSync(at("hub", "blobs", "abc"), "data");
  symlinkSync("../../blobs/abc", at("hub", "snapshots", "1", "model.safetensors"));
  symlinkSync("model.safetensors", at("hub", "snapshots", "1", "again"));
  const { files } = await listModelFiles(at("hub", "snapshots", "1"));
  expect(files.map((f) => [f.name, f.sizeBytes])).toEqual([
    ["again", 4],
    ["model.safetensors", 4],
  ]);
});

describe("refused", () => {
  test("a missing path, an empty folder, an empty path", async () => {
    mkdirSync(at("empty"));
    for (const path of [at("missing"), at("one.safetensors", "x"), at("empty"), "", "a\0b"])
      await expect(listModelFiles(path)).rejects.toMatchObject({ name: "AssayError", code: "NOT_FOUND" });
  });
  test("a dangling link", async () => {
    mkdirSync(at("dangling"));
    symlinkSync("nothing", at("dangling", "model.safetensors"));
    await expect(listModelFiles(at("dangling"))).rejects.toThrow(/dangling link: "model.safetensors"/);
  });
  test("a link that loops", async () => {
    mkdirSync(at("loop"));
    symlinkSync("b", at("loop", "a"));
    symlinkSync("a", at("loop", "b"));
    await expect(listModelFiles(at("loop"))).rejects.toThrow(/link that loops/);
    await expect(listModelFiles(at("loop", "a"))).rejects.toThrow(/link that loops/);
  });
  test("a link to a folder, even to the one it stands in", async () => {
    mkdirSync(at("cycle"));
    symlinkSync(".", at("cycle", "self"));
    await expect(listModelFiles(at("cycle"))).rejects.toThrow(/link to a folder/);
  });
  test.skipIf(process.platform === "win32")("a pipe is not waited for", async () => {
    mkdirSync(at("pipe"));
    execFileSync("mkfifo", [at("pipe", "model.safetensors")]);
    await expect(listModelFiles(at("pipe"))).rejects.toThrow(/regular file/);
  });
  test("too deep and too many", { timeout: 30_000 }, async () => {
    mkdirSync(at("deep", ...new Array(DEPTH_MAX + 1).fill("d")), { recursive: true });
    await expect(listModelFiles(at("deep"))).rejects.toMatchObject({ code: "LIMIT" });
    mkdirSync(at("many"));
    for (let i = 0; i <= FILES_MAX; i++) writeFileSync(at("many", `${i}`), "");
    await expect(listModelFiles(at("many"))).rejects.toMatchObject({ code: "LIMIT" });
  });
});

test("names are printable and at most 255 characters", () => {
  expect(displayName("/a/b\u001b[2J\u202e.x")).toBe("b\ufffd[2J\ufffd.x");
  expect(displayName(`/${"x".repeat(300)}`)).toHaveLength(255);
  expect(displayName("/")).toBe("model");
});
