import { fail, pass, warning, type Verdict } from "../../engine/result.js";
import type { PlatformView } from "../../model/view.js";
import { at, isUnknown, list, number, record, records, text } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { releasesOf, type Release } from "./collectors.js";

interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

/** Host and port of an endpoint, with or without a scheme; `undefined` where it is neither. */
function parse(endpoint: string): Address | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const implied = { "http:": 80, "https:": 443 }[protocol];
  return { host: hostname, port: port === "" ? (endpoint === url ? implied : undefined) : Number(port) };
}

/** Ends of names that lead out of the cluster although they have two parts, as `service.namespace` has. */
const PUBLIC = /\.(com|net|org|io|dev|ai|cloud|app|co)$/i;

/** An address of either version, as a parsed URL spells it. Node's own `isIP` takes longer to load than to judge a file. */
const IP_ADDRESS = /^(\d+(\.\d+){3}|\[.*\])$/;

interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** The Service that a host names inside the cluster; `undefined` where it leads outside. */
function placeOf(host: string, { resource }: Workload): Place | undefined {
  const [name = "", namespace = resource.namespace, ...rest] = host.split(".");
  const short = rest.length === 0 && !PUBLIC.test(host);
  return short || rest[0] === "svc" ? { cluster: resource.cluster, namespace, name } : undefined;
}

/**
 * Whether something of the input takes what the workload sends to an endpoint: a Service with that port and pods behind
 * it, a collector of the operator's, or a Helm release that makes such a Service. An endpoint outside the cluster, and
 * one that the node or a sidecar answers, is believed.
 */
export function judgeEndpoint(variable: string, endpoint: string, scene: [Workload, PlatformView]): Verdict {
  const [workload, view] = scene;
  // `$(HOST_IP)` is filled in when the pod starts: the node's own agent.
  if (endpoint.includes("$(")) return pass(`${variable} leads to the pod's node`);
  const address = parse(endpoint);
  if (!address) return fail(`${variable} is "${endpoint}", which is no endpoint`);
  if (/^(localhost|127\..+|\[::1\])$/.test(address.host)) return judgeSidecar(variable, workload);
  const place = IP_ADDRESS.test(address.host) ? undefined : placeOf(address.host, workload);
  if (!place) return pass(`${variable} leads to ${address.host}, outside the cluster`);
  return judgePlace({ variable, address, place }, view);
}

function judgeSidecar(variable: string, { containers, podAnnotations }: Workload): Verdict {
  const injected = Object.keys(podAnnotations).some((key) => /^sidecar\.opentelemetry\.io\/inject/.test(key));
  const beside = containers.filter(({ role, spec }) => role !== "init" || spec.restartPolicy === "Always");
  return injected || beside.length > 1
    ? pass(`${variable} leads to a sidecar`)
    : warning(`${variable} leads to the pod itself, in which nothing else runs`);
}

interface Question {
  readonly variable: string;
  readonly address: Address;
  readonly place: Place;
}

function judgePlace({ variable, address, place }: Question, view: PlatformView): Verdict {
  const { cluster, namespace, name } = place;
  const where = `${namespace}/${name}`;
  const service = view.find({ cluster, kind: "Service", namespace, name });
  if (service) {
    const ports = records(at(service.body, "spec", "ports"));
    const offered = ports.some(({ port }) => isUnknown(port) || number(port) === address.port);
    if (address.port !== undefined && ports.length > 0 && !offered) {
      return fail(`${variable} leads to port ${address.port} of ${service.id}, which does not have it`);
    }
    const [first] = view.relations.selectedByService(service);
    return pass(`${variable} leads to ${first?.id ?? service.id}`);
  }
  const operated = view
    .ofKind("OpenTelemetryCollector")
    .find((entry) => entry.cluster === cluster && entry.namespace === namespace && `${entry.name}-collector` === name);
  if (operated) return pass(`${variable} leads to ${operated.id}`);
  const inside = releasesOf(cluster, view).filter((release) => release.namespace === namespace);
  const release = inside.find((entry) => namesOf(entry).includes(name));
  if (release) return judgeRelease(variable, address, release);
  const seen =
    inside.length > 0 || view.ofKind("Service").some((s) => s.cluster === cluster && s.namespace === namespace);
  return seen
    ? fail(`${variable} leads to ${where}, which nothing makes: no Service and no release of that name`)
    : warning(`${variable} leads to ${where}; no evidence that anything is there`);
}

/** Names that a chart may give its Service, by the convention that `helm create` writes. */
function namesOf({ name, chart, values }: Release): readonly string[] {
  const full = text(values.fullnameOverride);
  if (full !== undefined && full !== "") return [full];
  return name.includes(chart) ? [name] : [name, `${name}-${text(values.nameOverride) ?? chart}`];
}

function judgeRelease(variable: string, { port }: Address, release: Release): Verdict {
  const ports = Object.values(record(release.values.ports)).map(record);
  const closed = ports.some((entry) => number(entry.servicePort) === port && entry.enabled === false);
  const open = ports.flatMap((entry) => (entry.enabled === false ? [] : (number(entry.servicePort) ?? [])));
  if (port !== undefined && (closed || (open.length > 0 && !open.includes(port)))) {
    return fail(`${variable} leads to port ${port} of the release ${release.title}, which does not open it`);
  }
  const off = at(release.values, "service", "enabled") === false;
  if (off) return fail(`${variable} leads to the release ${release.title}, which makes no Service`);
  const traces = at(release.values, "config", "service", "pipelines", "traces");
  if (traces === null || (traces !== undefined && list(at(traces, "exporters")).length === 0)) {
    return fail(`${variable} leads to the release ${release.title}, which sends traces nowhere`);
  }
  return pass(`${variable} leads to the release ${release.title}`);
}
