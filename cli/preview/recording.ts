import * as pulumi from "@pulumi/pulumi";
import { type MockResourceArgs, type MockResourceResult, MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { computedMark, computeOutputs } from "./computed.js";

/** One resource as the program registered it. */
export interface RecordedResource {
  readonly urn: string;
  /** Type token, such as `aws:s3/bucket:Bucket`. */
  readonly type: string;
  readonly name: string;
  /** URN of the parent; absent for the stack itself. */
  readonly parent?: string;
  /** URN of the explicit or inherited provider; absent for components and default providers. */
  readonly provider?: string;
  readonly custom: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Inputs as plain data; secrets unwrapped, so never print them without `secretPaths`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Paths into `inputs` that are secret. */
  readonly secretPaths: readonly string[];
  /** Paths into `inputs` whose value is not known until deploy. */
  readonly unknownPaths: readonly string[];
}

/** Something that answers for a cloud in place of the table; `undefined` leaves a resource or function to the table. */
export interface Clouds {
  readonly create: (args: MockResourceArgs) => Promise<MockResourceResult | undefined>;
  readonly invoke: (token: string) => Record<string, unknown> | undefined;
}

/**
 * Pulumi's own mock monitor, which also keeps what the mocks do not see: parent, provider, protection, dependencies,
 * and which inputs are secret or unknown. It stands in for the clouds only, and proves none of their consent.
 */
export class RecordingMonitor extends MockMonitor {
  readonly recorded = new Map<string, RecordedResource>();

  constructor(outputsKnown: boolean, clouds?: Clouds) {
    super({
      newResource: async (args: MockResourceArgs): Promise<MockResourceResult> =>
        (await clouds?.create(args)) ?? computeOutputs(args, outputsKnown),
      call: ({ token, inputs }) => ({ ...(inputs as object), ...(clouds?.invoke(token) ?? computeInvoke(token)) }),
    });
  }

  override async registerResource(
    request: RegisterResourceRequest,
    callback: Parameters<MockMonitor["registerResource"]>[1],
  ): Promise<void> {
    const urn = urnOf(request);
    if (this.recorded.has(urn)) {
      callback(new PlatformError(`two resources have the URN ${urn}`, ExitCode.resource), undefined);
      return;
    }
    this.recorded.set(urn, describe(urn, request));
    await super.registerResource(request, callback);
  }
}

/** The URN that the mock monitor will give, by the engine's own rule. */
function urnOf(request: RegisterResourceRequest): string {
  const parentType = request.getParent().split("::")[2];
  const type =
    parentType === undefined ? request.getType() : `${parentType.split("$").at(-1) ?? ""}$${request.getType()}`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${request.getName()}`;
}

function describe(urn: string, request: RegisterResourceRequest): RecordedResource {
  const walk = new Walk();
  const object = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
  const inputs = walk.value(object, "") as Record<string, unknown>;
  const provider = request.getProvider().replace(/::[^:]*$/, "");
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    ...(request.getParent() === "" ? {} : { parent: request.getParent() }),
    ...(provider === "" ? {} : { provider }),
    custom: request.getCustom(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    dependencies: request.getDependenciesList(),
    ignoreChanges: request.getIgnorechangesList(),
    inputs,
    secretPaths: walk.secrets,
    unknownPaths: walk.unknowns,
  };
}

/** Unwraps the wire form of secrets and resource references, noting where secrets and unknown values were. */
class Walk {
  readonly secrets: string[] = [];
  readonly unknowns: string[] = [];

  value(value: unknown, path: string): unknown {
    if (typeof value === "string") {
      if (value === rpc.unknownValue || value.includes(computedMark)) this.unknowns.push(path);
      return value;
    }
    if (Array.isArray(value)) return value.map((item: unknown, index) => this.value(item, `${path}[${index}]`));
    if (typeof value !== "object" || value === null) return value;
    const record = value as Record<string, unknown>;
    if (record[rpc.specialSigKey] === rpc.specialSecretSig) {
      this.secrets.push(path);
      return this.value(record.value, path);
    }
    if (record[rpc.specialSigKey] === rpc.specialResourceSig) return record.urn;
    return Object.fromEntries(
      Object.entries(record).map(([key, inner]) => [key, this.value(inner, path === "" ? key : `${path}.${key}`)]),
    );
  }
}

/** Answers of provider functions: deterministic, in the shape that the program reads. */
export function computeInvoke(token: string): Record<string, unknown> {
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["a", "b", "c", "d"].map((zone) => `${computedMark}${zone}`), zoneIds: [] };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: "123456789012", arn: `arn:aws:iam::123456789012:user/${computedMark}`, userId: computedMark };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:index/getIpRanges:getIpRanges":
      return { cidrBlocks: ["192.0.2.0/24"], ipv6CidrBlocks: [], syncToken: 1 };
    case "gcp:organizations/getProject:getProject":
      return { number: "123456789012" };
    case "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
      return { emailAddress: "service-123456789012@gs-project-accounts.iam.gserviceaccount.com" };
    case "aws:eks/getCluster:getCluster":
      return {
        endpoint: `https://${computedMark}.eks.amazonaws.com`,
        certificateAuthorities: [{ data: computedMark }],
        identities: [{ oidcs: [{ issuer: `https://oidc.eks.amazonaws.com/id/${computedMark}` }] }],
      };
    case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
      return { arn: `arn:aws:iam::123456789012:oidc-provider/${computedMark}` };
    case "gcp:container/getCluster:getCluster":
      return { endpoint: computedMark, masterAuths: [{ clusterCaCertificate: computedMark }] };
    default:
      return {};
  }
}
