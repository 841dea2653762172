/** The test suites in the order in which they run: quick ones first, so that a plain mistake is found in seconds. */
export interface Suite {
  readonly name: string;
  readonly proves: string;
  /** Minutes that the suite may take at `npm test`'s counts once its servers are cached; it says so where it took more. */
  readonly budgetMinutes: number;
  /** Files that run at once, each in a process of its own; default 1. */
  readonly jobs?: number;
}

export const suites: readonly Suite[] = [
  { name: "unit", proves: "pure builders, configuration, common pieces", budgetMinutes: 2, jobs: 2 },
  { name: "program", proves: "the whole program on Pulumi's mock runtime, stack by stack", budgetMinutes: 3, jobs: 2 },
  {
    name: "policy",
    proves: "every readiness check, the CrossGuard pack, the readiness command",
    budgetMinutes: 3,
    jobs: 2,
  },
  {
    name: "tools",
    proves: "pages in a browser, workflows, cloud policies and documents under the tools made for them",
    budgetMinutes: 3,
    jobs: 2,
  },
  { name: "cluster", proves: "rendered objects and delivery on real control planes", budgetMinutes: 4, jobs: 2 },
  // Its files wait for servers as long as they compute.
  { name: "operations", proves: "backups, restores and recovery on real servers", budgetMinutes: 8, jobs: 3 },
  { name: "engine", proves: "the same program under the real Pulumi engine", budgetMinutes: 20 },
  { name: "nodes", proves: "the platform alive: real pods in two regions, under load", budgetMinutes: 10 },
];

/** The line with which `npm test` opens a suite. */
export function banner({ name, proves, budgetMinutes }: Suite): string {
  return `── ${name}: ${proves} (budget ${budgetMinutes} min)`;
}
