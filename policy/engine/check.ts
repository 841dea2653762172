import type { PlatformView } from "../model/view.js";
import type { Subject } from "../model/resource.js";
import type { Category, Severity, Verdict } from "./result.js";

/** One parameter of a check, described once for policy packs, configuration files and the documentation. */
export interface Parameter {
  readonly type: "number" | "integer" | "string" | "boolean" | "array";
  readonly default: number | string | boolean | readonly string[];
  readonly description: string;
}

export type ParameterValue = Parameter["default"];

/** What a judge may look at besides its subject. */
export interface Context {
  readonly view: PlatformView;
  /** The check's parameters, defaults filled in. */
  readonly number: (name: string) => number;
  readonly string: (name: string) => string;
  readonly strings: (name: string) => readonly string[];
  readonly boolean: (name: string) => boolean;
  /** Every check id of the rule book. */
  readonly checkIds: ReadonlySet<string>;
}

export interface CheckDefinition<S extends Subject> {
  /** Part of the interface: never renamed. */
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly severity: Severity;
  /** `resource`: one object suffices to judge, so that a single update can be stopped; `stack`: relations are needed. */
  readonly scope: "resource" | "stack";
  /** What goes wrong in production without it. */
  readonly why: string;
  readonly remediation: string;
  /** Where the rule comes from. */
  readonly link: string;
  readonly tags?: readonly string[];
  /** Default true; a check that is not exemptible reports attempts to exempt it. */
  readonly exemptible?: boolean;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly subjects: (view: PlatformView, context: Context) => readonly S[];
  readonly judge: (subject: S, context: Context) => Verdict;
  /** A change that cannot harm a correct workload; returns the changed copy, or `undefined` where nothing is to do. */
  readonly remediate?: Remediation;
}

export type Remediation = (type: string, props: Record<string, unknown>) => Record<string, unknown> | undefined;

/** A check whose kind of subject is its own business. */
export interface Check extends Omit<CheckDefinition<Subject>, "subjects" | "judge"> {
  /** Judges every subject of the view. */
  readonly run: (context: Context) => readonly Judged[];
}

export interface Judged {
  readonly subject: Subject;
  readonly verdict: Verdict;
}

/** Declares a check: what it is about, why, and a pure judgement of one subject. */
export function defineCheck<S extends Subject>(definition: CheckDefinition<S>): Check {
  const { subjects, judge, ...rest } = definition;
  return {
    ...rest,
    run: (context) => subjects(context.view, context).map((subject) => ({ subject, verdict: judge(subject, context) })),
  };
}
