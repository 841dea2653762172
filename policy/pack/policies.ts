import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { CHECKS } from "../checks/index.js";
import type { Check } from "../engine/check.js";
import { faultOfExemption } from "../engine/exemptions.js";
import { judge, type Settings } from "../engine/judge.js";
import { viewOfPulumi, type PulumiResource } from "../model/pulumi.js";
import type { PlatformView } from "../model/view.js";
import { environmentOf, stackOf } from "./environment.js";
import { rememberInputs, withInputs } from "./inputs.js";
import { toPlain } from "./plain.js";
import { schemaOf, settingsOf } from "./settings.js";

/** Every check as a policy of its own name, and one that shows all warnings without stopping anything. */
export function policies(): Policies {
  return [
    ...CHECKS.map((check) => (check.scope === "resource" ? resourcePolicy(check) : stackPolicy(check))),
    warnings,
  ];
}

function describe(check: Check): Omit<ResourceValidationPolicy, "validateResource"> {
  return {
    name: check.id,
    displayName: check.title,
    description: `${check.title}. ${check.why}`,
    enforcementLevel: "mandatory",
    severity: check.severity,
    framework: {
      name: "agent-platform production readiness",
      version: "1",
      reference: check.id,
      specification: check.link,
    },
    tags: [check.category, check.scope, ...(check.tags ?? [])],
    remediationSteps: check.remediation,
    ...(check.link.startsWith("https:") ? { url: check.link } : {}),
    configSchema: schemaOf(check),
  };
}

/** Judges one resource before it is created or changed, so that a single violation stops `up`. */
function resourcePolicy(check: Check): ResourceValidationPolicy {
  const { remediate } = check;
  return {
    ...describe(check),
    validateResource: (args, report) => {
      const view = views.of(args.urn, () => {
        rememberInputs(args.urn, toPlain(args.props));
        return viewOf([args]);
      });
      const judged = reportFailures({ check, view, report, config: args.getConfig() });
      if (!judged) notApplicable(args, `${check.id} asks nothing of ${args.type}`);
    },
    // The engine calls it only at level `remediate`, which no check has by default.
    ...(remediate ? { remediateResource: (args) => remediate(args.type, args.props) } : {}),
  };
}

/** Says so by the SDK's error, dozens of times for each resource, without the stack trace that costs more than the check. */
function notApplicable(args: ResourceValidationArgs, reason: string): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    args.notApplicable(reason);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Judges the whole stack at the end of `preview` and `up`. */
function stackPolicy(check: Check): StackValidationPolicy {
  return {
    ...describe(check),
    validateStack: (args, report) => {
      const view = views.of("", () => viewOf(args.resources));
      const judged = reportFailures({ check, view, report, config: args.getConfig() });
      if (!judged) args.notApplicable(`${check.id} asks nothing of this stack`);
    },
  };
}

/** A policy has one level for all that it reports: what is only a warning must not be reported by a mandatory one. */
const warnings: StackValidationPolicy = {
  name: "readiness-warnings",
  description: "Everything that the rule book warns of: partly met, no evidence, or unknown until deployment.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["stack"],
  validateStack: (args, report) => {
    const view = views.of("", () => viewOf(args.resources));
    for (const result of judge(CHECKS, view, together(applied.values()))) {
      if (result.status === "warning" && !result.suppressed) {
        report(`${result.check}: ${result.resource}: ${result.message}`, result.urn);
      }
    }
  },
};

/** The configuration that each check was last asked with: the engine gives a policy no other's. */
const applied = new Map<string, Settings>();

function together(all: Iterable<Settings>): Settings {
  const every = [...all];
  return {
    parameters: Object.assign({}, ...every.map(({ parameters }) => parameters)) as Settings["parameters"] & object,
    exemptions: every.flatMap(({ exemptions }) => exemptions ?? []),
  };
}

interface Judgement {
  readonly check: Check;
  readonly view: PlatformView;
  readonly report: ReportViolation;
  readonly config: object;
}

/** Whether the check was about anything. */
function reportFailures({ check, view, report, config }: Judgement): boolean {
  const settings: Settings = settingsOf(check, config);
  for (const entry of settings.exemptions ?? []) {
    const fault = faultOfExemption(entry, new Set([check.id]), view.facts.now);
    if (fault !== undefined) report(`the policy's configuration: ${fault}`);
  }
  applied.set(check.id, settings);
  const known = new Set(CHECKS.map(({ id }) => id));
  const results = judge([check], view, { ...settings, known });
  for (const result of results) {
    if (result.status !== "fail" || result.suppressed) continue;
    report(`${result.resource}: ${result.message}. Fix: ${result.remediation}`, result.urn);
  }
  return results.some((result) => result.status !== "n/a");
}

type Validated = Pick<PolicyResource, "urn" | "type" | "name" | "props"> &
  Partial<Pick<PolicyResource, "provider" | "parent" | "dependencies" | "opts">>;

function viewOf(resources: readonly Validated[]): PlatformView {
  const stack = stackOf(resources[0]?.urn ?? "");
  return viewOfPulumi(resources.map(toPulumi), { environment: environmentOf(stack), now: new Date() });
}

function toPulumi({ urn, type, name, props, provider, parent, dependencies, opts }: Validated): PulumiResource {
  return {
    urn,
    type,
    name,
    props: withInputs(urn, toPlain(props)),
    ...(provider === undefined ? {} : { cluster: provider.name }),
    ...(parent === undefined ? {} : { parent: parent.urn }),
    dependencies: dependencies?.map((dependency) => dependency.urn) ?? [],
    ignoreChanges: opts?.ignoreChanges ?? [],
  };
}

/**
 * The SDK decodes every resource anew for every policy. All policies of one request run without the event loop turning,
 * so that a view may be kept until it turns: the next request, whatever it is about, finds none.
 */
class Views {
  private readonly kept = new Map<string, PlatformView>();

  of(key: string, make: () => PlatformView): PlatformView {
    const known = this.kept.get(key);
    if (known) return known;
    const view = make();
    if (this.kept.size === 0) setImmediate(() => this.kept.clear());
    this.kept.set(key, view);
    return view;
  }
}

const views = new Views();
