import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../reason.js";
import { openDatabase } from "./database.js";
import { addressesOf, requestFor } from "./names.js";
import { openPlace } from "./site/places.js";
import type { Site, SiteRegion } from "./site/site.js";
import type { Observation, Round } from "./quorum.js";
import { openCluster } from "./cluster.js";

const PROBE_MS = 4_000;

/** One HTTP question: a 5xx and no answer mean down. */
export async function askHttp(site: Site, vantage: string, target: string): Promise<Observation> {
  try {
    const { url, headers } = await requestFor(site, target);
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PROBE_MS), redirect: "manual" });
    await answer.body?.cancel();
    const verdict = answer.status >= 500 ? "down" : "up";
    return { vantage, verdict, detail: `HTTP ${answer.status}` };
  } catch (thrown) {
    return { vantage, verdict: "down", detail: reasonOf(thrown) };
  }
}

/** Asks the API server of the region for its readiness; no kubeconfig is no word. */
async function askApiServer(region: SiteRegion, namespace: string): Promise<Observation> {
  const vantage = "api-server";
  if (region.kubeconfig === undefined) return { vantage, verdict: "unknown", detail: "no kubeconfig" };
  try {
    const cluster = await openCluster(region, namespace);
    return { vantage, ...(await cluster.ready(PROBE_MS)) };
  } catch (thrown) {
    return { vantage, verdict: "unknown", detail: reasonOf(thrown) };
  }
}

/** What Route 53's checkers say. Their word needs its control plane: unreachable is no word, not a verdict. */
async function askHealthCheck({ healthCheck }: SiteRegion, endpoint?: string): Promise<Observation> {
  const vantage = "health-check";
  if (healthCheck === undefined) return { vantage, verdict: "unknown", detail: "no health check" };
  const { healthCheckVerdict } = await import("./route53.js");
  return { vantage, ...(await healthCheckVerdict(healthCheck, endpoint)) };
}

/**
 * Asks through the public name. Where that leads to another region already, Route 53's health checkers have found this
 * one down: their word, and no answer of this region.
 */
async function askPublic(site: Site, region: SiteRegion): Promise<Observation> {
  const vantage = "public-host";
  try {
    const [leads, own] = await Promise.all([
      addressesOf(site, new URL(site.publicUrl).hostname),
      addressesOf(site, new URL(region.url).hostname),
    ]);
    if (!leads.some((address) => own.includes(address))) {
      return { vantage, verdict: "down", detail: `DNS leads to ${leads.join(", ")} already, not to ${own.join(", ")}` };
    }
  } catch (thrown) {
    return { vantage, verdict: "unknown", detail: reasonOf(thrown) };
  }
  return await askHttp(site, vantage, healthUrl(site.publicUrl, site));
}

async function askDatabase(site: Site, key: string): Promise<Observation> {
  const vantage = "database";
  const late = sleep(PROBE_MS).then((): Observation => ({ vantage, verdict: "down", detail: "no answer in time" }));
  const asked = async (): Promise<Observation> => {
    const database = await openDatabase(site, key);
    if (database === undefined) return { vantage, verdict: "unknown", detail: "no database" };
    const { healthy, detail } = await database.standing();
    return { vantage, verdict: healthy ? "up" : "down", detail };
  };
  return await Promise.race([
    late,
    asked().catch((thrown: unknown): Observation => ({ vantage, verdict: "down", detail: lastLine(thrown) })),
  ]);
}

const lastLine = (thrown: unknown): string => reasonOf(thrown).trim().split("\n").at(-1)?.trim() ?? "";

async function askControl(site: Site): Promise<Observation> {
  const vantage = "control-bucket";
  try {
    await openPlace(site.control).readVersion("vantage");
    return { vantage, verdict: "up", detail: "answered" };
  } catch (thrown) {
    return { vantage, verdict: "down", detail: reasonOf(thrown) };
  }
}

const healthUrl = (base: string, site: Site): string => new URL(site.healthPath, base).href;

/** Asks everybody at once about a region. */
export async function observe(site: Site, key: string): Promise<Round> {
  const region = site.regions[key];
  if (region === undefined) throw new Error(`the site has no region ${key}`);
  const others = Object.entries(site.regions).filter(([other]) => other !== key);
  // The public name leads to the primary: of another region it says nothing.
  const publicHost = key === site.primary ? [askPublic(site, region)] : [];
  // Another region must answer, or it may be this machine that reaches nothing; with one region the bucket stands in.
  const references = others.map(([other, { url }]) => askHttp(site, `endpoint of ${other}`, healthUrl(url, site)));
  const [observations, heard] = await Promise.all([
    Promise.all([
      ...publicHost,
      askHttp(site, "region-endpoint", healthUrl(region.url, site)),
      askApiServer(region, site.namespace),
      askHealthCheck(region, site.dns?.endpoint),
      askDatabase(site, key),
    ]),
    Promise.all(references.length > 0 ? references : [askControl(site)]),
  ]);
  return { observations: observations.filter(({ detail }) => !detail.startsWith("no ")), references: heard };
}
