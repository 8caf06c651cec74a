/** Whether an address names a model run here, and which runtime opens it. */
import { GGUF_SCHEME, openGgufModel } from "./gguf-model.js";
import type { LocalModel } from "./local-model.js";
import { ONNX_SCHEME } from "./onnx-folder.js";
import { openOnnxModel } from "./onnx-model.js";

/** Told by the scheme (`gguf:`, `onnx:`) alone; no file is looked for. */
export function isLocalModel(address: string): boolean {
  return address.startsWith(GGUF_SCHEME) || address.startsWith(ONNX_SCHEME);
}

/** @throws AssayError UNAVAILABLE without the runtime, NOT_FOUND, FORMAT or LIMIT */
export function openLocalModel(address: string): Promise<LocalModel> {
  return address.startsWith(ONNX_SCHEME) ? openOnnxModel(address) : openGgufModel(address);
}
