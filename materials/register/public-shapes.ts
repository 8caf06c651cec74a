/**
 * BOMs and model cards in the shapes that public generators and the hub write, of our own making: names, digests and
 * addresses are made up, faults are as they are met.
 */
type Json = Record<string, unknown>;
const D = (letter: string) => letter.repeat(64);
const head = (specVersion: string, more: Json = {}): Json => ({
  $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
  bomFormat: "CycloneDX",
  specVersion,
  serialNumber: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  version: 1,
  ...more,
});

export const BOMS: Record<string, Json> = {
  "a generator's, with the hub's name of a licence as SPDX id": head("1.6", {
    metadata: {
      timestamp: "2026-04-24T13:10:49Z",
      tools: { components: [{ type: "application", name: "generator", version: "0.3" }] },
      component: { type: "application", "bom-ref": "pkg:generic/northwind%2Flm@1", name: "northwind/lm", version: "1" },
    },
    components: [
      {
        type: "machine-learning-model",
        "bom-ref": "pkg:huggingface/northwind/lm@1",
        group: "northwind",
        name: "lm",
        version: "1",
        licenses: [{ license: { id: "llama3.2", url: "https://models.example/licence" } }],
        externalReferences: [
          { type: "website", url: "https://models.example/northwind/lm" },
          { type: "distribution", url: "https://models.example/northwind/lm/tree/main" },
        ],
        modelCard: {
          modelParameters: {
            task: "text-generation",
            architectureFamily: "llama",
            modelArchitecture: "LlamaForCausalLM",
          },
          properties: [{ name: "downloads", value: "12" }],
        },
      },
    ],
    dependencies: [{ ref: "pkg:generic/northwind%2Flm@1", dependsOn: ["pkg:huggingface/northwind/lm@1"] }],
  }),
  "a scanner's, with an unknown licence": head("1.5", {
    components: [
      {
        type: "machine-learning-model",
        name: "classifier",
        licenses: [{ license: { id: "unknown" } }],
        hashes: [{ alg: "SHA-256", content: D("a") }],
        modelCard: { quantitativeAnalysis: { performanceMetrics: [{ type: "f1", value: "0.91", slice: "en" }] } },
      },
    ],
  }),
  "a service with a model and two data sets": head("1.7", {
    metadata: { component: { type: "application", "bom-ref": "svc", name: "svc", version: "1" } },
    components: [
      {
        type: "machine-learning-model",
        "bom-ref": "m",
        publisher: "Westwind",
        name: "classifier",
        version: "1.0.0",
        modelCard: {
          modelParameters: {
            approach: { type: "supervised" },
            task: "classification",
            datasets: [{ ref: "d1" }, { ref: "d2" }],
          },
        },
      },
      {
        type: "data",
        "bom-ref": "d1",
        name: "train",
        data: [
          {
            type: "dataset",
            name: "Train",
            contents: { url: "https://data.example/t.jsonl" },
            classification: "internal",
          },
        ],
      },
      { type: "data", "bom-ref": "d2", name: "eval", data: [{ type: "dataset", name: "Eval" }] },
    ],
    dependencies: [
      { ref: "svc", dependsOn: ["m"] },
      { ref: "m", dependsOn: ["d1", "d2"] },
    ],
  }),
  "one with digests, references and a pedigree": head("1.6", {
    metadata: {
      component: {
        type: "machine-learning-model",
        name: "chat",
        manufacturer: { name: "Eastwind Ltd", url: ["https://eastwind.example"] },
        licenses: [{ license: { id: "Apache-2.0" } }, { license: { id: "MIT" } }],
        hashes: [
          { alg: "SHA-512", content: "b".repeat(128) },
          { alg: "BLAKE3", content: D("c") },
        ],
        externalReferences: [
          { type: "vcs", url: "https://code.example/chat.git" },
          { type: "documentation", url: "https://docs.example/chat", comment: "handbook" },
          { type: "distribution", url: "https://models.example/chat", hashes: [{ alg: "SHA-256", content: D("d") }] },
          { type: "other", url: "oci://registry.example/chat" },
        ],
        pedigree: {
          ancestors: [{ type: "machine-learning-model", group: "southwind", name: "base", version: "2" }],
          notes: "adapter: rank 16",
        },
      },
    },
  }),
  "a model card full of considerations": head("1.7", {
    metadata: {
      component: {
        type: "machine-learning-model",
        name: "vision",
        modelCard: {
          modelParameters: {
            datasets: [
              {
                type: "dataset",
                name: "pictures",
                contents: { url: "https://data.example/pictures", properties: [{ name: "rows", value: "1000" }] },
                sensitiveData: ["faces"],
                governance: { owners: [{ organization: { name: "Pictures Ltd" } }] },
              },
            ],
            inputs: [{ format: "image" }],
            outputs: [{ format: "label" }],
          },
          considerations: {
            users: ["everybody"],
            useCases: ["sorting"],
            technicalLimitations: ["night"],
            ethicalConsiderations: [{ name: "privacy", mitigationStrategy: "blur" }],
            fairnessAssessments: [{ groupAtRisk: "some", benefits: "few" }],
            environmentalConsiderations: {
              energyConsumptions: [
                {
                  activity: "training",
                  energyProviders: [
                    {
                      organization: { name: "Grid" },
                      energySource: "wind",
                      energyProvided: { value: 4, unit: "kWh" },
                    },
                  ],
                  activityEnergyCost: { value: 4, unit: "kWh" },
                },
              ],
            },
          },
        },
      },
    },
  }),
  "two thousand components": head("1.6", {
    components: [
      { type: "machine-learning-model", name: "big/one" },
      ...Array.from({ length: 2000 }, (_, i) => ({
        type: i % 2 ? "library" : "data",
        "bom-ref": `c${i}`,
        name: `component-${i}`,
        ...(i % 2 ? { version: "1" } : { data: [{ type: "dataset", name: `part ${i}` }] }),
      })),
    ],
  }),
  "one with faults in many places": head("1.7", {
    serialNumber: "not a uuid",
    metadata: { timestamp: "yesterday", lifecycles: [{ phase: "training" }] },
    components: [
      { type: "widget", name: "odd kind" },
      { type: "library" },
      {
        type: "machine-learning-model",
        name: "lm",
        colour: "blue",
        licenses: [{ license: { id: "gemma" } }, { license: { name: "Own terms" } }],
        externalReferences: [
          { type: "homepage", url: "https://models.example/odd" },
          { type: "distribution", url: "https://models.example/lm" },
        ],
        hashes: [
          { alg: "SHA-224", content: "d".repeat(56) },
          { alg: "SHA-256", content: D("e") },
        ],
        modelCard: { modelParameters: { approach: { type: "magic" }, task: "chat" } },
      },
    ],
  }),
};

export const CARDS: Record<string, string> = {
  "a tuned model with results": `---
license: apache-2.0
base_model: southwind/base-7b
base_model_relation: finetune
datasets:
- northwind/chat
- northwind/code
language:
- en
- no
tags: [conversational, safetensors]
pipeline_tag: text-generation
library_name: transformers
model-index:
- name: lm
  results:
  - task: {type: text-generation, name: Text Generation}
    dataset: {name: quiz, type: northwind/quiz, config: default, split: test, args: {num_few_shot: 5}}
    metrics:
    - {type: acc_norm, value: 61.26, name: normalized accuracy, verified: false}
    - {type: f1, value: "0.5"}
    source: {url: https://boards.example/1, name: Board}
---
# lm
`,
  "an adapter, written on Windows":
    "\ufeff---\r\nbase_model: southwind/base-7b\r\nlibrary_name: peft\r\nbase_model_relation: adapter\r\nlicense: mit\r\n---\r\ntext",
  "a quantised one under own terms": `---
license: other
license_name: own-terms
license_link: LICENSE
base_model:
- northwind/lm
base_model_relation: quantized
quantized_by: somebody
datasets:
- name: northwind/chat
  split: train
- northwind/code
inference: false
---
`,
  "a merge with everything else": `---
license: [cc-by-4.0, mit]
base_model: [a/one, b/two]
merge_method: ties
co2_eq_emissions: {emissions: 12.3, source: code, training_type: fine-tuning, geographical_location: "Oslo, NO", hardware_used: 8 cards}
widget:
- text: "Hello"
extra_gated_fields: {Name: text}
new_version: b/three
---
`,
};
