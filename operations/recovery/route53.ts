import type { Route53Client, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { reasonOf } from "../reason.js";
import type { Verdict } from "./quorum.js";

const ASK_MS = 5_000;

async function openClient(endpoint?: string): Promise<Route53Client> {
  const { Route53Client: Client } = await import("@aws-sdk/client-route-53");
  return new Client({
    region: "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 2,
    requestHandler: { requestTimeout: ASK_MS, connectionTimeout: ASK_MS },
  });
}

/** Route 53 calls an endpoint healthy while more than 18 % of its checkers do. */
const HEALTHY_SHARE = 0.18;

/** What Route 53's checkers say of an endpoint. Its control plane out of reach is no word about the region. */
export async function healthCheckVerdict(
  id: string,
  endpoint?: string,
): Promise<{ readonly verdict: Verdict; readonly detail: string }> {
  const client = await openClient(endpoint);
  try {
    const { GetHealthCheckStatusCommand } = await import("@aws-sdk/client-route-53");
    const { HealthCheckObservations: all = [] } = await client.send(
      new GetHealthCheckStatusCommand({ HealthCheckId: id }),
    );
    const good = all.filter(({ StatusReport }) => StatusReport?.Status?.startsWith("Success") === true).length;
    if (all.length === 0) return { verdict: "unknown", detail: "no checker has reported" };
    const detail = `${good} of ${all.length} checkers say success`;
    return { verdict: good / all.length > HEALTHY_SHARE ? "up" : "down", detail };
  } catch (thrown) {
    return { verdict: "unknown", detail: reasonOf(thrown) };
  } finally {
    client.destroy();
  }
}

/** The record sets of one name. */
export async function recordsOf(zoneId: string, host: string, endpoint?: string): Promise<ResourceRecordSet[]> {
  const client = await openClient(endpoint);
  try {
    const { ListResourceRecordSetsCommand } = await import("@aws-sdk/client-route-53");
    const command = new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, StartRecordName: host });
    const { ResourceRecordSets: found = [] } = await client.send(command);
    return found.filter(({ Name }) => Name?.replace(/\.$/, "") === host);
  } finally {
    client.destroy();
  }
}

export async function upsertRecords(
  zoneId: string,
  sets: readonly ResourceRecordSet[],
  options: { readonly comment: string; readonly endpoint?: string },
): Promise<void> {
  const client = await openClient(options.endpoint);
  try {
    const { ChangeResourceRecordSetsCommand } = await import("@aws-sdk/client-route-53");
    const Changes = sets.map((set) => ({ Action: "UPSERT" as const, ResourceRecordSet: set }));
    await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Comment: options.comment, Changes } }),
    );
  } finally {
    client.destroy();
  }
}
