/**
 * Many layers out of few: a model's layers several times over, each time with the residual coordinates in another order,
 * so that no two times have more in common than strangers do. The model computes nothing sensible; its layers are as
 * trained ones are. Two models deepened with one seed keep their relation layer by layer.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { layersOf } from "./derive.ts";
import { clone, pickColumns, pickRows, type Weights } from "./weights.ts";

const LAYER = /^model\.layers\.(\d+)\.(.*)$/;

/** @param times how often each layer stands in the deeper model; the first time as it is */
export function deepened(w: Weights, times: number, seed: string): Weights {
  const out = clone(w);
  const [layers, hidden] = [layersOf(w), w.config.hidden_size];
  for (let time = 1; time < times; time++) {
    const order = Array.from(sample(hidden, hidden, prng(`deepened/${time}`, seed)));
    for (const [name, values] of w.tensors) {
      const [, layer, rest] = LAYER.exec(name) ?? [];
      if (layer === undefined) continue;
      const written = /(o_proj|down_proj)\.weight$|norm\.weight$/.test(name);
      const turned = written ? pickRows(values, order) : pickColumns(values, order);
      out.tensors.set(`model.layers.${Number(layer) + time * layers}.${rest}`, turned);
    }
  }
  out.config.num_hidden_layers = layers * times;
  return out;
}
