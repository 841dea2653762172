import type { KubeObject } from "../servers/region/api.js";
import { POSTGRES_IMAGE } from "./postgres-cluster.js";

/** Folder in which PostgreSQL and the container beside it ask each other. */
const ARCHIVE = "/archive";
/** Name of the volume below that folder. */
export const ARCHIVE_VOLUME = "archive";

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

interface ObjectStoreSpec {
  readonly configuration: {
    readonly destinationPath: string;
    readonly endpointURL?: string;
    readonly s3Credentials?: { readonly accessKeyId: SecretKey; readonly secretAccessKey: SecretKey };
  };
  readonly instanceSidecarConfiguration?: {
    readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
    readonly env?: readonly object[];
  };
}

interface Plugin {
  readonly isWALArchiver?: boolean;
  readonly parameters: { readonly barmanObjectName: string; readonly serverName: string };
}

interface ArchivedSpec {
  readonly plugins?: readonly Plugin[];
  readonly postgresql?: { readonly parameters?: Readonly<Record<string, string>> };
}

/** Where a database archives, and how its server is told to. */
export interface Archive {
  /** For PostgreSQL's container. */
  readonly env: readonly object[];
  /** The container that archives and takes base backups, as the operator's plugin adds one. */
  readonly container: object;
  readonly mount: object;
  readonly volume: object;
}

const mount = { name: ARCHIVE_VOLUME, mountPath: ARCHIVE };

function credentials({ s3Credentials }: ObjectStoreSpec["configuration"]): object[] {
  if (s3Credentials === undefined) return [];
  const variables = {
    AWS_ACCESS_KEY_ID: s3Credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
  };
  return Object.entries(variables).map(([name, { name: secret, key }]) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
}

/**
 * It asks for no processor time beforehand: what it needs now and then would be missing from a node of few cores all
 * the time.
 */
function container(spec: ObjectStoreSpec, serverName: string): object {
  const { configuration, instanceSidecarConfiguration: { resources, env = [] } = {} } = spec;
  const { destinationPath, endpointURL } = configuration;
  const place = [...(endpointURL === undefined ? [] : ["--endpoint-url", endpointURL]), destinationPath, serverName];
  return {
    name: "plugin-barman-cloud",
    image: POSTGRES_IMAGE,
    command: ["archiver"],
    args: place,
    env: [{ name: "PGDATA", value: "/data/pgdata" }, ...credentials(configuration), ...env],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: resources?.limits ?? {} },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "data", mountPath: "/data" }, { name: "tmp", mountPath: "/tmp" }, mount],
  };
}

/** The archive that a Cluster names among rendered objects; `undefined` where it names none. */
export function archiveOf(cluster: KubeObject, objects: readonly KubeObject[]): Archive | undefined {
  const { plugins = [], postgresql } = cluster.spec as ArchivedSpec;
  const plugin = plugins.find(({ isWALArchiver }) => isWALArchiver === true);
  const store = objects.find(
    ({ kind, metadata }) => kind === "ObjectStore" && metadata.name === plugin?.parameters.barmanObjectName,
  );
  if (plugin === undefined || store === undefined) return undefined;
  return {
    env: [{ name: "ARCHIVE_TIMEOUT", value: postgresql?.parameters?.archive_timeout ?? "60s" }],
    container: container(store.spec as ObjectStoreSpec, plugin.parameters.serverName),
    mount,
    volume: { name: ARCHIVE_VOLUME, emptyDir: {} },
  };
}
