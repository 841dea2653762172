import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { runCommand } from "../../../common/command.js";
import { root } from "../../support/stacks.js";

/** What the command line is made of, beside its dependencies. */
const parts = ["cli", "common", "components", "config", "operations", "policy", "scripts", "Pulumi.yaml"];
const files = ["index.ts", "package.json", "tsconfig.json"];

const alert = { name: "QueueTooLong", expr: "avg_over_time(agent_request_queue_length[5m]) > 9", severity: "warning" };
const observability = {
  availability: 99.9,
  scrapeIntervalSeconds: 60,
  alerting: {
    routing: { critical: "pager", heartbeat: "nobody" },
    extraAlerts: [
      { ...alert, summary: "The queue is too long" },
      { ...alert, name: "QueueGrows", summary: "It grows", runbook: "https://wiki.example.com/queue" },
      { ...alert, name: "QueueFull", summary: "The queue is full", runbook: "queue-full" },
    ],
  },
};

/** Each fault with its rule and what to do. */
const expected = [
  [/observability\.availability: must be less than 1 \(received 99\.9\)/, /docs\/configuration\.md/],
  [/delivery\.canary\.window: a rate needs two scrapes, which are 60 s apart \(received "1m"\)/, /lengthen the window/],
  [/routing\.critical: names a receiver; there are oncall, tickets \(received "pager"\)/, /name one that exists/],
  [/routing\.heartbeat: names a receiver; there are oncall, tickets \(received "nobody"\)/, /name one that exists/],
  [/extraAlerts\[0\]\.runbook: is required/, /set it/],
  [/extraAlerts\[1\]\.summary: must be at least 10 characters/, /docs\/configuration\.md/],
  [/extraAlerts\[2\]\.runbook: must be an http or https URL \(received "queue-full"\)/, /docs\/configuration\.md/],
] as const;

describe("bad observability configuration, at the command line", function () {
  this.timeout(120_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bad-observability-"));
    for (const part of [...parts, ...files]) {
      cpSync(join(root, part), join(folder, part), {
        recursive: true,
        filter: (path) => !/\/(node_modules|bin|go)$/.test(path),
      });
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const { config } = parse(readFileSync(join(root, "Pulumi.production.yaml"), "utf8")) as {
      config: Record<string, Record<string, unknown>>;
    };
    const delivery = { ...config["agent-platform:delivery"], canary: { window: "1m" } };
    const faulty = {
      ...config,
      "agent-platform:delivery": delivery,
      "agent-platform:observability": observability,
    };
    writeFileSync(join(folder, "Pulumi.faulty.yaml"), stringify({ config: faulty }));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const command of ["preview", "readiness"]) {
    it(`is refused by ${command}: every fault in one run, with what to do, and exit code 2`, async () => {
      const { exitCode, stdout, stderr } = await runCommand(
        process.execPath,
        ["--import", "tsx", "cli/main.ts", command, "--stack", "faulty"],
        { cwd: folder, env: { NO_COLOR: "1", FORCE_COLOR: "" }, allowExitCodes: [1, 2] },
      );
      assert.equal(exitCode, 2, stderr);
      assert.equal(stdout, "");
      const told = stderr.split("\n").slice(stderr.split("\n").findIndex((line) => line.includes(" faults:")));
      assert.match(told[0] ?? "", new RegExp(`configuration of stack faulty has ${expected.length} faults:`));
      for (const [fault, fix] of expected) {
        const at = told.findIndex((line) => fault.test(line));
        assert.ok(at > 0, `${fault.source} is missing:\n${stderr}`);
        assert.match(told[at + 1] ?? "", new RegExp(`^ {4}fix: .*${fix.source}`));
      }
      assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
    });
  }
});
