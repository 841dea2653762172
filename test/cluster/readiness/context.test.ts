import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { registerReadiness } from "../../../cli/readiness/command.js";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { kubeconfig } from "../../../operations/local/servers/region/access.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import type { Region } from "../../support/servers/region/region.js";
import { deployment, having, without } from "../../policy/support/objects.js";
import { runHere } from "../../support/command-here.js";
import { twoRegions } from "../cluster.js";

const ROOT = join(__dirname, "..", "..", "..");
const NAMESPACE = "readiness";
const READER = { namespace: NAMESPACE, name: "reader" };

interface Verdict {
  readonly code: number;
  readonly err: string;
  readonly results: readonly { check: string; status: string; resource: string; message: string }[];
}

const argsOf = (context: string, kubeconfigFile: string): string[] => [
  "readiness",
  "--context",
  context,
  "--kubeconfig",
  kubeconfigFile,
  "--json",
];

function verdictOf({ exitCode, stdout, stderr }: CommandResult): Verdict {
  const results = stdout === "" ? [] : (JSON.parse(stdout) as Verdict).results;
  return { code: exitCode, err: stderr, results };
}

const readiness = async (context: string, kubeconfigFile: string): Promise<Verdict> =>
  verdictOf(await runHere(registerReadiness, argsOf(context, kubeconfigFile)));

/** The command as a user types it. */
async function readinessAsTyped(context: string, kubeconfigFile: string): Promise<Verdict> {
  const args = ["scripts/agent-platform.js", ...argsOf(context, kubeconfigFile)];
  return verdictOf(await runCommand(process.execPath, args, { cwd: ROOT, allowExitCodes: [2, 5] }));
}

const named = (name: string, source: object): KubeObject =>
  having(source, "metadata", { name, namespace: NAMESPACE }) as KubeObject;

function objects(): readonly KubeObject[] {
  const limits = "spec.template.spec.containers.0.resources.limits";
  const account = { apiVersion: "v1", kind: "ServiceAccount", automountServiceAccountToken: false };
  const closed = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    named("web", account),
    named("reader", account),
    named("ready", deployment()),
    named("unready", without(deployment(), limits)),
    named("closed", { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", spec: closed }),
  ];
}

/** A kubeconfig of the region's that speaks for a ServiceAccount without any right but what it is granted. */
async function readerOf({ api, folder, name }: Region): Promise<string> {
  const { status } = await api.must<{ status: { token: string } }>(
    "POST",
    `/api/v1/namespaces/${READER.namespace}/serviceaccounts/${READER.name}/token`,
    { body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} } },
  );
  const caFile = join(folder, "certificates", "apiserver.crt");
  const file = join(folder, "reader-kubeconfig");
  const access = { server: api.access.server, caFile, token: status.token };
  await writeFile(file, kubeconfig(name, access), { mode: 0o600 });
  return file;
}

/** Lets the reader list everything that the rule book reads but network policies and what makes up RBAC. */
async function grantMost({ api }: Region): Promise<void> {
  const group = "rbac.authorization.k8s.io";
  const metadata = { name: "readiness-reader" };
  const rule = (apiGroups: readonly string[], resources: readonly string[]) => ({
    apiGroups,
    resources,
    verbs: ["list"],
  });
  const rules = [
    ...["", "apps", "batch", "autoscaling", "policy"].map((of) => rule([of], ["*"])),
    ...["argoproj.io", "postgresql.cnpg.io", "monitoring.coreos.com", "keda.sh", "velero.io"].map((of) =>
      rule([of], ["*"]),
    ),
    rule(["networking.k8s.io"], ["ingresses"]),
  ];
  await api.apply({ apiVersion: `${group}/v1`, kind: "ClusterRole", metadata, rules });
  await api.apply({
    apiVersion: `${group}/v1`,
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: { apiGroup: group, kind: "ClusterRole", name: metadata.name },
    subjects: [{ kind: "ServiceAccount", ...READER }],
  });
}

describe("readiness of a live cluster", function () {
  this.timeout(10 * 60_000);
  let region: Region;

  before(async () => {
    region = (await twoRegions()).primary;
    for (const object of objects()) await region.api.apply(object);
  });

  after(async () => {
    const group = "rbac.authorization.k8s.io/v1";
    for (const kind of ["ClusterRoleBinding", "ClusterRole"]) {
      await region.api.remove({ apiVersion: group, kind, metadata: { name: "readiness-reader" } });
    }
    for (const object of [...objects()].reverse()) await region.api.remove(object);
  });

  it("judges what the API server has, as it judges manifests", async () => {
    const { code, err, results } = await readinessAsTyped(region.name, region.kubeconfigFile);
    assert.equal(code, 5, err);
    const of = (check: string, name: string) =>
      results.filter((result) => result.check === check && result.resource === `Deployment/${NAMESPACE}/${name}`);
    assert.deepEqual(
      [of("resource-limits", "ready"), of("resource-limits", "unready"), of("network-policy", "ready")].map((found) =>
        found.map(({ status }) => status),
      ),
      [["pass"], ["fail"], ["pass"]],
    );
    const pods = results.filter(({ resource }) => resource.startsWith(`Pod/${NAMESPACE}/`));
    assert.deepEqual(pods, [], "pods of a Deployment are judged through it");
  });

  it("says n/a where the user may not list what a check asks for, and never passes it", async () => {
    const reader = await readerOf(region);
    const none = await readiness(region.name, reader);
    assert.equal(none.code, 2, none.err);
    assert.match(none.err, /us-east-1 Deployment: may not be listed by this user/);
    assert.deepEqual(none.results, []);

    await grantMost(region);
    const most = await readinessAsTyped(region.name, reader);
    assert.equal(most.code, 2, most.err);
    for (const kind of ["NetworkPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]) {
      assert.match(most.err, new RegExp(`us-east-1 ${kind}: may not be listed by this user`));
    }
    assert.doesNotMatch(most.err, /us-east-1 Deployment/);
    for (const check of ["network-policy", "network-policy-directions", "rbac"]) {
      const results = most.results.filter((result) => result.check === check);
      assert.ok(results.length > 0, check);
      for (const { status, message } of results) assert.deepEqual([check, status], [check, "n/a"], message);
    }
    const limits = most.results.filter(
      ({ check, resource }) => check === "resource-limits" && resource.startsWith(`Deployment/${NAMESPACE}/`),
    );
    assert.deepEqual(limits.map(({ status }) => status).sort(), ["fail", "pass"]);
  });

  it("ends with 2 and what to check where the token is wrong or nothing listens", async () => {
    const file = async (name: string, server: string): Promise<string> => {
      const path = join(region.folder, name);
      const caFile = join(region.folder, "certificates", "apiserver.crt");
      await writeFile(path, kubeconfig("gone", { server, caFile, token: "wrong" }), { mode: 0o600 });
      return path;
    };
    const answers = [
      await readiness("gone", await file("stranger-kubeconfig", region.api.access.server)),
      await readiness("gone", await file("closed-kubeconfig", "https://127.0.0.1:9")),
    ];
    for (const { code, err, results } of answers) {
      assert.equal(code, 2, err);
      assert.match(err, /the cluster of context gone cannot be read\n.*\n\s+fix: check the address, the credentials/);
      assert.doesNotMatch(err, /\n\s+at /);
      assert.deepEqual(results, []);
    }
  });
});
