/** `assay gate serve`: the gate as a Kubernetes admission webhook. */
import { createServer as createPlain } from "node:http";
import { createServer as createTls } from "node:https";
import { getRequestListener } from "@hono/node-server";
import { Command } from "commander";
import { GateKeeper, readAtHand } from "../../../app/gate/keeper.js";
import { openPolicyFolder } from "../../../app/gate/policy-folder.js";
import { AssayError } from "../../../base/error.js";
import { readWhole } from "../../../host/whole-file.js";
import { ANNOTATION, gateWebhook } from "../../../web/gate-webhook.js";
import { port, seconds } from "./gate-options.js";

interface ServeTyped {
  policy: string;
  register: string;
  logPolicy?: string;
  evaluations?: string;
  audits?: string;
  signatures?: string;
  port: number;
  bind: string;
  tlsCert?: string;
  tlsKey?: string;
  every: number;
  printConfig?: boolean;
}

/** Serves until it is stopped; what cannot be judged is refused. */
export function gateServeCommand(): Command {
  return new Command("serve")
    .description(
      "Answer a cluster's admission reviews: /enforce denies, /warn warns, /ready says whether the log was read.",
    )
    .requiredOption("--policy <dir>", "folder with gate.json, *.cedar and log.policy")
    .requiredOption("--register <log>", "the register: its folder or URL")
    .option("--log-policy <file>", "the policy that the log is believed under (default: log.policy of the folder)")
    .option("--evaluations <path>", "file or folder of evaluations: Inspect, lm-eval, promptfoo, garak")
    .option("--audits <path>", "file or folder of audit reports, or a packed audit")
    .option("--signatures <path>", "signature, or folder of them, of models whose files are elsewhere")
    .option("--port <n>", "port; 0 takes a free one", port, 8443)
    .option("--bind <address>", "address to listen on", "127.0.0.1")
    .option("--tls-cert <file>", "certificate in PEM; a cluster asks over TLS alone")
    .option("--tls-key <file>", "its private key in PEM")
    .option("--every <seconds>", "how often the log is read", seconds, 10)
    .option("--print-config", "print the cluster's configuration and end", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay gate serve --policy ./gate --register ./log --bind 0.0.0.0 --tls-cert tls.crt --tls-key tls.key",
    )
    .action(async (options: ServeTyped) => {
      if (options.printConfig) {
        process.stdout.write(CONFIGURATION);
        return;
      }
      if ((options.tlsCert === undefined) !== (options.tlsKey === undefined))
        throw new AssayError("USAGE", "gate serve: expected --tls-cert and --tls-key together");
      const folder = await openPolicyFolder(options.policy, options.logPolicy ?? null);
      const keeper = new GateKeeper(options.register, folder, await readAtHand(options));
      await keeper.look();
      if (keeper.fault !== null) process.stderr.write(`assay: ${keeper.fault}\n`);
      const app = gateWebhook(
        (model) => keeper.verdict(model),
        () => keeper.fault === null,
      );
      const listener = getRequestListener(app.fetch);
      const server =
        options.tlsCert === undefined
          ? createPlain(listener)
          : createTls(
              {
                cert: Buffer.from(await readWhole(options.tlsCert)),
                key: Buffer.from(await readWhole(options.tlsKey!)),
              },
              listener,
            );
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.bind, resolve);
      });
      const address = server.address();
      const at = typeof address === "object" && address ? address.port : options.port;
      process.stderr.write(
        `assay: gate on ${options.tlsCert ? "https" : "http"}://${options.bind}:${at}, log of ${keeper.size} entries\n`,
      );
      const timer = setInterval(() => {
        keeper.look().catch((error: Error) => process.stderr.write(`assay: ${error.stack}\n`));
      }, options.every * 1000);
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => {
          clearInterval(timer);
          server.close();
          server.closeAllConnections();
        });
    });
}

/** Fails closed only where a namespace asks for it, and never for the cluster's own or the gate's. */
const CONFIGURATION = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: assay-gate
webhooks:
  - name: enforce.gate.assay.example
    admissionReviewVersions: [v1]
    sideEffects: None
    timeoutSeconds: 5
    failurePolicy: Fail
    namespaceSelector:
      matchExpressions:
        - { key: assay.gate, operator: In, values: [enforce] }
        - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, assay-gate] }
    objectSelector:
      matchExpressions:
        - { key: assay.model, operator: Exists }
    rules:
      - { apiGroups: ["", apps, batch], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, deployments, statefulsets, jobs, cronjobs] }
    clientConfig:
      service: { namespace: assay-gate, name: assay-gate, path: /enforce }
  - name: warn.gate.assay.example
    admissionReviewVersions: [v1]
    sideEffects: None
    timeoutSeconds: 2
    failurePolicy: Ignore
    namespaceSelector:
      matchExpressions:
        - { key: assay.gate, operator: NotIn, values: [enforce] }
        - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, assay-gate] }
    objectSelector:
      matchExpressions:
        - { key: assay.model, operator: Exists }
    rules:
      - { apiGroups: ["", apps, batch], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, deployments, statefulsets, jobs, cronjobs] }
    clientConfig:
      service: { namespace: assay-gate, name: assay-gate, path: /warn }
# A workload carries the label assay.model (any value) and the annotation ${ANNOTATION}: sha256:<digest of its model>.
# An init container runs \`assay gate check /model --policy /gate --register <log>\` on what is mounted: the digest that was
# judged here is then the digest of the files that are served.
`;
