import { ExitCode, PlatformError } from "../../common/errors.js";
import { readKubeconfig } from "../kubeconfig.js";
import { reasonOf } from "../reason.js";

/** Where an object lives. */
export interface ObjectRef {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly name: string;
}

export type KindRef = Omit<ObjectRef, "name">;

export const kinds = {
  rollout: { group: "argoproj.io", version: "v1alpha1", plural: "rollouts" },
  analysisRun: { group: "argoproj.io", version: "v1alpha1", plural: "analysisruns" },
  analysisTemplate: { group: "argoproj.io", version: "v1alpha1", plural: "analysistemplates" },
  virtualService: { group: "networking.istio.io", version: "v1", plural: "virtualservices" },
  deployment: { group: "apps", version: "v1", plural: "deployments" },
} as const satisfies Record<string, KindRef>;

/** The part of a region's API that the rollout commands need, in one namespace. */
export interface RegionApi {
  /** The object, or `undefined` where it does not exist. */
  readonly get: (ref: ObjectRef) => Promise<unknown>;
  /** The objects of a kind; none where the API server does not know the kind. */
  readonly list: (kind: KindRef) => Promise<readonly unknown[]>;
  /** A JSON merge patch of the object or of its status. */
  readonly patch: (ref: ObjectRef, change: object, subresource?: "status") => Promise<void>;
}

function statusCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "number" ? thrown.code : undefined;
}

async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (statusCode(thrown) === 404) return undefined;
    const code = statusCode(thrown);
    const exitCode = code === 401 || code === 403 ? ExitCode.authentication : ExitCode.resource;
    throw new PlatformError(code === undefined ? reasonOf(thrown) : `the API server answered ${code}`, exitCode);
  }
}

/** Opens a region by its kubeconfig; credentials come from wherever the kubeconfig says, as with kubectl. */
export async function openRegion(kubeconfigFile: string, namespace: string, context?: string): Promise<RegionApi> {
  const config = await readKubeconfig(kubeconfigFile, context);
  const client = await import("@kubernetes/client-node");
  const api = config.makeApiClient(client.CustomObjectsApi);
  const merge = client.setHeaderOptions("Content-Type", client.PatchStrategy.MergePatch);
  return {
    get: (ref) => orUndefined(api.getNamespacedCustomObject({ ...ref, namespace })),
    list: async (kind) => {
      const answer = (await orUndefined(api.listNamespacedCustomObject({ ...kind, namespace }))) as
        { items: readonly unknown[] } | undefined;
      return answer?.items ?? [];
    },
    patch: async (ref, change, subresource) => {
      const request = { ...ref, namespace, body: change, fieldManager: "agent-platform-rollout" };
      await orUndefined(
        subresource === "status"
          ? api.patchNamespacedCustomObjectStatus(request, merge)
          : api.patchNamespacedCustomObject(request, merge),
      );
    },
  };
}
