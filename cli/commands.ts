import type { Command } from "commander";

/** A command's module, loaded only when it is the one that runs: a preview does not pay for the backup's libraries. */
interface CommandModule {
  readonly summary: string;
  readonly register: () => Promise<(program: Command) => void>;
}

/** Every command of `agent-platform`, in the order of its help. */
export const commands: Readonly<Record<string, CommandModule>> = {
  preview: {
    summary: "show everything that a stack would create, offline",
    register: async () => (await import("./preview/command.js")).registerPreview,
  },
  diagram: {
    summary: "draw a stack's topology from its resource graph",
    register: async () => (await import("./diagram/command.js")).registerDiagram,
  },
  render: {
    summary: "write every object of a stack to files",
    register: async () => (await import("./render/command.js")).registerRender,
  },
  readiness: {
    summary: "judge a stack, manifests or a live cluster by the rule book",
    register: async () => (await import("./readiness/command.js")).registerReadiness,
  },
  rollout: {
    summary: "watch, promote, pause, abort or wait for a rollout",
    register: async () => (await import("./rollout/command.js")).registerRollout,
  },
  backup: {
    summary: "back up, verify and restore the data stores",
    register: async () => (await import("./backup/command.js")).registerBackup,
  },
  ci: {
    summary: "the steps of the pipelines: require, risk, comment, drift, plan, deliver",
    register: async () => (await import("./ci/command.js")).registerCi,
  },
  local: {
    summary: "run the platform on this machine: two regions with real pods",
    register: async () => (await import("./local/command.js")).registerLocal,
  },
  recover: {
    summary: "carry a recovery plan through, and keep its record",
    register: async () => (await import("./recover/command.js")).registerRecover,
  },
  doctor: {
    summary: "what this machine lacks, and how to get it",
    register: async () => (await import("./doctor/command.js")).registerDoctor,
  },
  smoke: {
    summary: "test a public host: health, readiness, a read and a write",
    register: async () => (await import("./smoke/command.js")).registerSmoke,
  },
};
