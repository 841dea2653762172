import { figuresOf, showSeconds, type Figures } from "./figures.js";
import { describeEvent } from "./describe.js";
import { stateOf, type RunRecord, type RunStatus } from "./record.js";

/** A run as others read it: JSON, and what the Markdown is made of. */
export interface Report {
  readonly run: string;
  readonly plan: string;
  readonly stack: string;
  readonly status: RunStatus;
  readonly drill: boolean;
  readonly by: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly figures: Figures;
  readonly forced: readonly string[];
  readonly sessions: RunRecord["sessions"];
  readonly timeline: readonly { readonly seq: number; readonly at: string; readonly what: string }[];
  readonly approvals: readonly {
    readonly step: string;
    readonly answer: string;
    readonly by: string;
    readonly at: string;
    readonly saw: string;
  }[];
  readonly notifications: readonly {
    readonly subject: string;
    readonly delivered: readonly string[];
    readonly failed: readonly string[];
  }[];
  readonly commands: readonly { readonly at: string; readonly step: string; readonly command: string }[];
}

export function reportOf(record: RunRecord): Report {
  const { input, events, sessions } = record;
  const state = stateOf(record);
  return {
    run: input.runId,
    plan: input.plan.id,
    stack: input.stack,
    status: state.status,
    drill: input.drill,
    by: input.by,
    from: input.from,
    to: input.to,
    ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    figures: figuresOf(record),
    forced: state.forced,
    sessions,
    timeline: events.map((event) => ({ seq: event.seq, at: event.at, what: describeEvent(event) })),
    approvals: events.flatMap((event) =>
      event.kind === "approved" || event.kind === "rejected"
        ? [{ step: event.step, answer: event.kind, by: event.by, at: event.at, saw: event.saw }]
        : [],
    ),
    notifications: events.flatMap((event) =>
      event.kind === "notified" ? [{ subject: event.subject, delivered: event.delivered, failed: event.failed }] : [],
    ),
    commands: events.flatMap((event) =>
      event.kind === "action"
        ? (event.outcome?.commands ?? []).map((command) => ({ at: event.at, step: event.step, command }))
        : [],
    ),
  };
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(" | ")} |`,
  `| ${head.map(() => "---").join(" | ")} |`,
  ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
];

function verdict(achieved: number | undefined, target: number): string {
  if (achieved === undefined) return "not known";
  return achieved <= target ? "met" : "MISSED";
}

function figureTable({ figures }: Report): string[] {
  const row = (name: string, achieved: number | undefined, target: number): string[] => [
    name,
    showSeconds(achieved),
    showSeconds(target),
    verdict(achieved, target),
  ];
  const rows = [
    row("RTO", figures.rtoSeconds, figures.rtoTargetSeconds),
    row("RPO, at most", figures.rpoSeconds, figures.rpoTargetSeconds),
    ["automated part", showSeconds(figures.automatedSeconds), "", ""],
  ];
  return table(["", "achieved", "target", ""], rows);
}

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function sections({ timeline, approvals, notifications, commands, sessions }: Report): Section[] {
  return [
    {
      title: "Time line",
      head: ["#", "at", "what"],
      rows: timeline.map(({ seq, at, what }) => [String(seq), at, what]),
    },
    {
      title: "Approvals",
      head: ["step", "answer", "by", "at", "saw"],
      rows: approvals.map((one) => [one.step, one.answer, one.by, one.at, one.saw]),
    },
    {
      title: "Notifications",
      head: ["subject", "delivered", "failed"],
      rows: notifications.map((one) => [one.subject, one.delivered.join(", "), one.failed.join(", ")]),
    },
    {
      title: "Commands",
      head: ["at", "step", "command"],
      rows: commands.map((one) => [one.at, one.step, `\`${one.command}\``]),
    },
    {
      title: "Processes",
      head: ["started", "by", "host", "pid"],
      rows: sessions.map((one) => [one.startedAt, one.by, one.host, String(one.pid)]),
    },
  ];
}

/** The report for people: what happened and when, figures, approvals, messages, commands. */
export function renderReport(report: Report): string {
  const { drill, plan, stack, run, status, from, to, by, forced, startedAt = "?", endedAt } = report;
  const ended = endedAt === undefined ? "" : `, ended at ${endedAt}`;
  return [
    `# ${drill ? "Drill: " : ""}${plan} of ${stack}`,
    "",
    `Run \`${run}\`, ${status}, from ${from} to ${to}. Started by ${by} at ${startedAt}${ended}.`,
    ...(forced.length === 0 ? [] : ["", `**Forced past**: ${forced.join(", ")}.`]),
    "",
    ...figureTable(report),
    ...sections(report)
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ title, head, rows }) => ["", `## ${title}`, "", ...table(head, rows)]),
    "",
  ].join("\n");
}
