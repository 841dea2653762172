import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recoveryTable } from "../../../config/recovery-table.js";
import { siteSchema } from "../../../operations/recovery/site/site.js";
import { holdsCredential, loadStackSite } from "../../../operations/recovery/site/stack.js";
import { rawConfig, runOf, runRaw } from "../../support/stacks.js";

/** What `pulumi stack output` prints; `pulumi` itself is a file that does, because no state is at hand here. */
async function standInFor(folder: string, outputs: unknown): Promise<void> {
  const file = join(folder, "pulumi");
  if (outputs === undefined) {
    await writeFile(file, "#!/bin/sh\necho 'error: the state does not answer' >&2\nexit 1\n", { mode: 0o755 });
    return;
  }
  await writeFile(join(folder, "outputs.json"), JSON.stringify(outputs));
  await writeFile(file, `#!/bin/sh\ncat '${join(folder, "outputs.json")}'\n`, { mode: 0o755 });
}

describe("site of a stack", function () {
  this.timeout(600_000);
  const path = process.env.PATH ?? "";
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "recovery-site-"));
    process.env.PATH = `${folder}:${path}`;
  });
  after(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });

  const cache = () => join(folder, "state");

  it("comes from the outputs of production whole, and is still there when the state is not", async () => {
    const { outputs } = await runOf("production");
    await standInFor(folder, outputs);
    const { site, stale } = await loadStackSite("production", cache());
    assert.equal(stale, undefined);
    assert.deepEqual(Object.keys(site.regions), ["us-east-1", "us-west1"]);
    const { url, kubeconfig, database, replicas, healthCheck, ...primary } = site.regions["us-east-1"]!;
    assert.deepEqual(
      [url, database, replicas],
      ["https://us-east-1.agent-api.example.com", { kind: "cloudnativepg", cluster: "postgres" }, 3],
    );
    assert.ok(healthCheck !== undefined && primary.switch?.uri.startsWith("s3://"));
    assert.ok(site.regions["us-west1"]?.switch?.uri.startsWith("gs://"));
    assert.equal((await stat(kubeconfig!)).mode & 0o777, 0o600);
    assert.deepEqual(site.control, { uri: "s3://example-agent-production-lease/recovery" });
    assert.deepEqual(site.lease, { uri: "s3://example-agent-production-lease/writer" });
    assert.match(
      site.backups.postgres?.uri ?? "",
      /^s3:\/\/agent-memory-backups-production-us-east-1-postgres.*\/us-east-1$/,
    );
    assert.ok(site.dns?.zoneId !== undefined);
    const { rtoMinutes, contacts } = recoveryTable["security-breach"];
    assert.deepEqual(
      [site.plans["security-breach"]?.rtoMinutes, site.plans["security-breach"]?.contacts],
      [rtoMinutes, contacts],
    );
    await standInFor(folder, undefined);
    const later = await loadStackSite("production", cache());
    assert.deepEqual(later.site, site);
    assert.match(later.stale?.why ?? "", /the state does not answer/);
    await assert.rejects(loadStackSite("production", join(folder, "nothing")), {
      name: "PlatformError",
      exitCode: 4,
      message: /none were kept on this machine: .*the state does not answer/,
    });
  });

  it("says what a stack lacks to be recovered by its outputs, all at once", async () => {
    const { outputs } = await runOf("local");
    await standInFor(folder, outputs);
    await assert.rejects(
      loadStackSite("local", cache()),
      (thrown: { exitCode: number; faults: { path: string }[] }) => {
        assert.equal(thrown.exitCode, 2);
        assert.deepEqual(
          thrown.faults.map(({ path: where }) => where),
          ["failover.leaseUrl", "failover.dns.enabled"],
        );
        return true;
      },
    );
    await standInFor(folder, {});
    await assert.rejects(loadStackSite("local", cache()), {
      exitCode: 6,
      message: /has no output recovery: run pulumi up first/,
    });
  });

  it("keeps no kubeconfig that holds a credential once the process is over", async () => {
    const token = { users: [{ name: "u", user: { token: "a-token" } }], clusters: [], contexts: [] };
    assert.equal(holdsCredential(token), true);
    assert.equal(holdsCredential({ users: [{ user: { exec: { command: "aws" } } }] }), false);
    const { outputs } = await runOf("production");
    const kubeconfigs = { ...(outputs.kubeconfigs as object), "us-east-1": JSON.stringify(token) };
    await standInFor(folder, { ...outputs, kubeconfigs });
    await mkdir(cache(), { recursive: true });
    const { site } = await loadStackSite("production", cache());
    assert.ok(!site.regions["us-east-1"]!.kubeconfig!.startsWith(cache()));
    const kept = JSON.parse(await readFile(join(cache(), "site.json"), "utf8")) as {
      site: { regions: Record<string, { kubeconfig?: string }> };
    };
    assert.equal(kept.site.regions["us-east-1"]?.kubeconfig, undefined);
    assert.ok(kept.site.regions["us-west1"]?.kubeconfig !== undefined);
  });

  it("takes channels, a control bucket and a server of its own from the configuration", async () => {
    const raw = rawConfig("production");
    const notifications = [{ kind: "pagerduty", name: "pager", routingKey: "env:PAGERDUTY_KEY" }];
    const { outputs } = await runRaw({
      ...raw,
      recovery: { controlUrl: "gs://elsewhere/recovery", notifications, regionOutage: { rtoMinutes: 10 } },
    });
    const site = siteSchema.parse(outputs.recovery);
    assert.deepEqual(site.notifications, notifications);
    assert.deepEqual(site.control, { uri: "gs://elsewhere/recovery" });
    // A cloud's cluster has an identity for its cloud's buckets, and none for another server's.
    await assert.rejects(
      runRaw({ ...raw, failover: { ...(raw.failover as object), leaseEndpoint: "https://s3.example.com" } }),
      { exitCode: 2, message: /region us-east-1 cannot give a workload the identity it needs/ },
    );
    assert.equal(site.plans["region-outage"]?.rtoMinutes, 10);
    await assert.rejects(
      runRaw({ ...raw, recovery: { notifications: [{ kind: "webhook", name: "chat", url: "https://hooks/secret" }] } }),
      (thrown: { faults: { path: string; rule: string }[] }) => {
        assert.deepEqual(
          thrown.faults.map(({ path: where, rule }) => `${where} ${rule}`),
          ["recovery.notifications[0].url must be env:NAME: the value itself is a secret"],
        );
        return true;
      },
    );
  });
});
