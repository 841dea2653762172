import { present, type Inputs } from "../inputs.js";
import { at, keyValues, pascal, textAt, type Create } from "./shapes.js";

const zone: Create = async ({ name, inputs, call }) => {
  const { comment } = inputs;
  const answer = await call("route53", "CreateHostedZone", {
    Name: inputs.name,
    CallerReference: name,
    ...(comment === undefined ? {} : { HostedZoneConfig: { Comment: comment } }),
  });
  const id = textAt(answer, "HostedZone", "Id").replace("/hostedzone/", "");
  return { id, zoneId: id, nameServers: at(answer, "DelegationSet", "NameServers") };
};

const healthCheck: Create = async ({ name, inputs, call }) => {
  const spelt = pascal(
    present({
      type: inputs.type,
      enableSni: inputs.enableSni,
      failureThreshold: inputs.failureThreshold,
      fqdn: inputs.fqdn,
      invertHealthcheck: inputs.invertHealthcheck,
      port: inputs.port,
      requestInterval: inputs.requestInterval,
      resourcePath: inputs.resourcePath,
      childHealthThreshold: inputs.childHealthThreshold,
      childHealthchecks: inputs.childHealthchecks,
      measureLatency: inputs.measureLatency,
      regions: inputs.regions,
    }),
    {
      enableSni: "EnableSNI",
      fqdn: "FullyQualifiedDomainName",
      invertHealthcheck: "Inverted",
      childHealthThreshold: "HealthThreshold",
      childHealthchecks: "ChildHealthChecks",
    },
  );
  const answer = await call("route53", "CreateHealthCheck", { CallerReference: name, HealthCheckConfig: spelt });
  const id = textAt(answer, "HealthCheck", "Id");
  const AddTags = keyValues(inputs.tags);
  if (AddTags) {
    await call("route53", "ChangeTagsForResource", { ResourceType: "healthcheck", ResourceId: id, AddTags });
  }
  return { id };
};

const record: Create = async ({ inputs, call }) => {
  const [failover] = (inputs.failoverRoutingPolicies ?? []) as readonly Inputs[];
  const [weighted] = (inputs.weightedRoutingPolicies ?? []) as readonly Inputs[];
  const ResourceRecordSet = present({
    Name: inputs.name,
    Type: inputs.type,
    TTL: inputs.ttl,
    SetIdentifier: inputs.setIdentifier,
    Failover: failover?.type,
    Weight: weighted?.weight,
    HealthCheckId: inputs.healthCheckId,
    ResourceRecords: (inputs.records as readonly string[]).map((Value) => ({ Value })),
  });
  await call("route53", "ChangeResourceRecordSets", {
    HostedZoneId: inputs.zoneId,
    ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
  });
  const id = ["zoneId", "name", "type"].map((key) => textAt(inputs, key)).join("_");
  // As the provider's: two records of one name have no other difference.
  return { id: inputs.setIdentifier === undefined ? id : `${id}_${textAt(inputs, "setIdentifier")}` };
};

export const dns: Readonly<Record<string, Create>> = {
  "aws:route53/healthCheck:HealthCheck": healthCheck,
  "aws:route53/record:Record": record,
  "aws:route53/zone:Zone": zone,
};
