/** The fields of the delivery's objects that are read here; everything else passes by. */
interface Metadata {
  readonly name: string;
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly ownerReferences?: readonly { readonly name: string }[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface PodTemplate {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
}

export interface AnalysisRef {
  readonly templates?: readonly { readonly templateName?: string }[];
}

export interface CanaryStep {
  readonly setWeight?: number;
  /** `{}` waits for a promotion; a number is seconds. */
  readonly pause?: { readonly duration?: string | number };
  readonly analysis?: AnalysisRef;
}

/** What a Rollout says of the analysis run that it follows. */
export interface AnalysisRunStatus {
  readonly name?: string;
  readonly status?: string;
}

export interface RolloutObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly paused?: boolean;
    readonly template?: PodTemplate;
    readonly strategy?: {
      readonly canary?: { readonly steps?: readonly CanaryStep[] };
      readonly blueGreen?: {
        readonly autoPromotionEnabled?: boolean;
        readonly autoPromotionSeconds?: number;
        readonly prePromotionAnalysis?: AnalysisRef;
      };
    };
  };
  readonly status?: {
    /** A string, unlike everywhere else in the API. */
    readonly observedGeneration?: string;
    readonly phase?: string;
    readonly message?: string;
    readonly abort?: boolean;
    readonly controllerPause?: boolean;
    readonly currentStepIndex?: number;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly pauseConditions?: readonly { readonly reason: string; readonly startTime: string }[];
    readonly canary?: {
      readonly weights?: {
        readonly canary: { readonly weight: number };
        readonly stable: { readonly weight: number };
      };
      readonly currentStepAnalysisRunStatus?: AnalysisRunStatus;
    };
    readonly blueGreen?: { readonly prePromotionAnalysisRunStatus?: AnalysisRunStatus };
  };
}

export interface DeploymentObject {
  readonly metadata: Metadata;
  readonly spec: { readonly replicas?: number; readonly template?: PodTemplate };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface AnalysisRunObject {
  readonly metadata: Metadata;
  readonly status?: {
    readonly phase?: string;
    readonly metricResults?: readonly {
      readonly name: string;
      readonly phase?: string;
      readonly measurements?: readonly { readonly value?: string; readonly finishedAt?: string }[];
    }[];
  };
}

export interface AnalysisTemplateObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly metrics?: readonly {
      readonly interval?: string;
      readonly count?: number | string;
      readonly consecutiveSuccessLimit?: number | string;
    }[];
  };
}

export interface VirtualServiceObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly http?: readonly {
      readonly route?: readonly { readonly destination?: { readonly host?: string }; readonly weight?: number }[];
    }[];
  };
}
