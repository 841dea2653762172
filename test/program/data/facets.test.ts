import { strict as assert } from "node:assert";
import { dataSchema, type Store } from "../../../config/schema/data.js";
import { at, list } from "../../support/plain.js";
import { dataConfig } from "../../support/store-fixtures.js";
import { region, type Region } from "./region.js";

describe("each data store", () => {
  let primary: Region;
  before(async () => {
    primary = await region("primary");
  });

  /** What each store's pods are, wherever its kind of workload says so. */
  const facets: readonly {
    readonly store: Store;
    readonly workload: string;
    readonly service: string;
    readonly metricsPort: number;
    readonly budget: "own" | "operator";
    readonly paths: Readonly<Record<"labels" | "annotations" | "storage" | "storageClass", string>>;
  }[] = [
    {
      store: "postgres",
      workload: "kubernetes:postgresql.cnpg.io/v1:Cluster here-data-postgres-cluster",
      service: "spec.managed.services.additional.0.serviceTemplate.metadata.name",
      metricsPort: 9187,
      budget: "operator",
      paths: {
        labels: "spec.inheritedMetadata.labels",
        annotations: "spec.inheritedMetadata.annotations",
        storage: "spec.storage.size",
        storageClass: "spec.storage.storageClass",
      },
    },
    ...(["redis", "vector"] as const).map((store) => ({
      store,
      workload: `kubernetes:apps/v1:StatefulSet here-data-${store}-workload`,
      service: `kubernetes:core/v1:Service here-data-${store}-service`,
      metricsPort: store === "redis" ? 9121 : 2112,
      budget: "own" as const,
      paths: {
        labels: "spec.template.metadata.labels",
        annotations: "spec.template.metadata.annotations",
        storage: "spec.volumeClaimTemplates.0.spec.resources.requests.storage",
        storageClass: "spec.volumeClaimTemplates.0.spec.storageClassName",
      },
    })),
  ];

  for (const { store, workload, service, metricsPort, budget, paths } of facets) {
    const find = (line: string): unknown => {
      const [type = "", name = ""] = line.split(" ");
      return primary.recorded.one(type, name).inputs;
    };

    it(`${store}: an encrypted volume, metrics that may be scraped, a budget, a policy and a name of its own`, () => {
      const inputs = find(workload);
      assert.equal(at(inputs, paths.storage), dataConfig[store].storage);
      // The class of every cluster: encrypted by the region's key.
      assert.equal(at(inputs, paths.storageClass), "encrypted");
      const { "prometheus.io/scrape": scrape, "prometheus.io/port": port } = at(inputs, paths.annotations) as Record<
        string,
        string
      >;
      assert.deepEqual([scrape, port], ["true", String(metricsPort)]);

      const labels = at(inputs, paths.labels) as Record<string, string>;
      const selects = (selector: unknown): boolean =>
        Object.entries(selector as Record<string, string>).every(([key, value]) => labels[key] === value);
      const policy = find(`kubernetes:networking.k8s.io/v1:NetworkPolicy here-data-${store}-network-policy`);
      assert.ok(selects(at(policy, "spec.podSelector.matchLabels")));
      assert.deepEqual(at(policy, "spec.policyTypes"), ["Ingress", "Egress"]);
      const scraped = list(policy, "spec.ingress").filter((rule) => at(rule, "ports.0.port") === metricsPort);
      assert.deepEqual(
        scraped.map((rule) => at(rule, "from.0.namespaceSelector.matchLabels")),
        [{ "kubernetes.io/metadata.name": "observability" }],
      );

      if (budget === "operator") assert.equal(at(inputs, "spec.enablePDB"), true);
      else {
        const own = find(`kubernetes:policy/v1:PodDisruptionBudget here-data-${store}-disruption-budget`);
        assert.ok(selects(at(own, "spec.selector.matchLabels")));
        assert.equal(at(own, "spec.maxUnavailable"), 1);
      }
      const name = service.startsWith("spec.") ? at(inputs, service) : at(find(service), "metadata.name");
      assert.equal(name, `${store}-service`);
    });

    it(`${store}: external alone, it leaves the two others and nothing of its own but the name`, async () => {
      const config = dataSchema.parse({ [store]: { external: { host: "elsewhere.example.com" } } });
      const { recorded, identities } = await region("primary", config);
      const others = primary.recorded
        .inventory(/^kubernetes:/)
        .filter((line) => !line.includes(`here-data-${store}-`) && !line.includes(`copies-${store}-`));
      const expected = [...others, `kubernetes:core/v1:Service here-data-${store}-service`].sort();
      assert.deepEqual(recorded.inventory(/^kubernetes:/), expected);
      const { inputs } = recorded.one("kubernetes:core/v1:Service", `here-data-${store}-service`);
      assert.deepEqual(at(inputs, "spec"), { type: "ExternalName", externalName: "elsewhere.example.com" });
      const buckets = identities.flatMap(({ grants }) => grants.map(({ bucket: { key } }) => key));
      assert.deepEqual(
        buckets.filter((key) => key.endsWith(`-${store}`)),
        [],
      );
    });
  }

  it("give PostgreSQL three instances, one synchronous standby and a segment in the archive every minute", () => {
    const { inputs } = primary.recorded.one("kubernetes:postgresql.cnpg.io/v1:Cluster", "here-data-postgres-cluster");
    assert.deepEqual(
      [at(inputs, "spec.instances"), at(inputs, "spec.postgresql.parameters.archive_timeout")],
      [3, "60s"],
    );
    assert.deepEqual(at(inputs, "spec.postgresql.synchronous"), {
      method: "any",
      number: 1,
      dataDurability: "required",
      failoverQuorum: true,
    });
    const archive = primary.recorded.one("kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "here-data-postgres-archive");
    assert.equal(at(archive.inputs, "spec.retentionPolicy"), "30d");
    const schedule = primary.recorded.one(
      "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup",
      "here-data-postgres-backup",
    );
    assert.equal(at(schedule.inputs, "spec.schedule"), "0 0 2 * * *");
  });
});
