/** One side of an examination on disk or behind a URL: a model as any room opens it, or a sketch of one. */
import { listModelFiles } from "../../../host/model/folder.js";
import { type OpenedModel, openModel } from "../../../host/model/open-model.js";
import { sketchedModel } from "../sketch/read.js";
import { looksLikeSketch, openSketch } from "./sketch-store.js";

/** @throws AssayError as openModel and openSketch */
export async function openSide(path: string): Promise<OpenedModel> {
  if (!(await looksLikeSketch(path))) return openModel(path);
  const { path: absolute, files } = await listModelFiles(path);
  const { header, payloadOffset, name } = await openSketch(files[0]!);
  const reading = { kind: "model" as const, model: sketchedModel(header, absolute, payloadOffset) };
  return { reading, vocabulary: null, name, path: absolute, files, weightFiles: files };
}
