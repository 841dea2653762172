import { Option, type Command } from "commander";
import { refusals } from "../../operations/recovery/action.js";
import { plans } from "../../operations/recovery/plans/index.js";
import { userPath } from "../root.js";
import { answer, cancel, type AnswerOptions } from "./answer.js";
import { drill, type DrillCommandOptions } from "./drill.js";
import { keepLease, showLease } from "./lease.js";
import { report, status, watch } from "./look.js";
import {
  namesSite,
  readStack,
  requirePlan,
  withObjectives,
  requireSite,
  say,
  sayJson,
  type CommonOptions,
} from "./options.js";
import { resume, run, type RunOptions } from "./run.js";
import { planTable, planText } from "./show.js";

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Options that every command about a stack's runs takes the same way. */
function common(command: Command): Command {
  return command
    .option("--stack <name>", "the stack, whose outputs say what it consists of and where")
    .option("--site <file>", "a file that says so instead, and wins; default $RECOVERY_SITE")
    .option("--state <folder>", "where runs are kept on this machine; default ~/.local/state/agent-platform/recovery")
    .option("--json", "print JSON");
}

const forceOption = (): Option =>
  new Option("--force <reason...>", "go on where it would refuse; the record says so").choices(refusals);

function carrying(command: Command): Command {
  return common(command)
    .option("--as <address>", "who acts; default this machine's user")
    .option("--database <url>", "PostgreSQL for the engine; default $RECOVERY_DATABASE_URL, else an embedded one")
    .addOption(forceOption());
}

function registerLooking(recover: Command): void {
  common(recover.command("plans").description("every plan, with its objectives")).action(
    async (options: CommonOptions) => {
      const site = namesSite(options) ? await requireSite(options) : undefined;
      const all = plans.map((plan) => withObjectives(plan, site));
      if (options.json === true) sayJson(all);
      else say(planTable(all));
    },
  );
  common(recover.command("show <plan>").description("one plan with its steps, checks and runbooks")).action(
    async (name: string, options: CommonOptions) => {
      const chosen = requirePlan(name);
      const plan = withObjectives(chosen, namesSite(options) ? await requireSite(options) : undefined);
      if (options.json === true) sayJson(plan);
      else say(planText(plan));
    },
  );
  recover
    .command("site")
    .description("the stack's site as a file: print it, and keep it where you look without Pulumi")
    .requiredOption("--stack <name>", "the stack")
    .option("--state <folder>", "where kubeconfigs and a copy are kept on this machine")
    .option("--json", "print JSON")
    .action(async (options: CommonOptions & { readonly stack: string }) => {
      const { raw } = await readStack(options.stack, options);
      if (options.json === true) sayJson(raw);
      else process.stdout.write((await import("js-yaml")).dump(raw, { noRefs: true, lineWidth: 120 }));
    });
  common(recover.command("status [run]").description("runs that are not over, and the last that are")).action(status);
  common(recover.command("watch <run>").description("follow a run live; `latest` is one too")).action(watch);
  common(recover.command("report <run>").description("what happened, as Markdown or JSON")).action(report);
}

function registerAnswering(recover: Command): void {
  const answering = (name: string, summary: string): Command =>
    common(recover.command(`${name} <run>`).description(summary)).option(
      "--as <address>",
      "who answers: a contact of the plan",
    );
  answering("approve", "approve the step that waits")
    .option("--saw <text>", "what you saw; part of the record")
    .option("--set <key=value>", "another value than the proposed; may be repeated", collect)
    .action(async (id: string, options: AnswerOptions) => await answer("approved", id, options));
  answering("reject", "refuse the step that waits: the run stops")
    .option("--reason <text>", "why; part of the record")
    .action(async (id: string, options: AnswerOptions) => await answer("rejected", id, options));
  answering("cancel", "end a run before its next action").option("--reason <text>", "why").action(cancel);
}

function registerLease(recover: Command): void {
  const lease = recover.command("lease").description("which region may write: keep the lease, or show who has it");
  lease
    .command("keep")
    .description("renew the region's lease, and stop its databases where it cannot; the platform's Deployment runs it")
    .requiredOption("--lease <uri>", "object outside every region, s3:// or gs://")
    .option("--endpoint-url <url>", "an S3-compatible server; default AWS")
    .requiredOption("--region <key>", "the region that is kept for")
    .requiredOption("--namespace <name>", "namespace of its databases")
    .option("--ttl <seconds>", "for how long a renewal holds", "30")
    .option("--health-port <port>", "answer /health, /ready and /metrics there")
    .option("--claim-absent", "take a lease that nobody ever held: the configured primary alone")
    .option("--kubeconfig <file>", "default: the pod's own service account", userPath)
    .action(keepLease);
  common(lease.command("show").description("who may write, and until when")).action(showLease);
}

/** Adds `recover plans|show|site|run|approve|reject|status|watch|resume|cancel|lease|drill|report`. */
export function registerRecover(program: Command): void {
  const recover = program.command("recover").description("carry a recovery plan through, and keep its record");
  registerLooking(recover);
  registerLease(recover);
  carrying(recover.command("run <plan>").description("run a plan: an id, or a YAML file of your own"))
    .option("--to <region>", "the region that takes over; default the first standby")
    .option("--since <time>", "since when the service is down, RFC 3339; the recovery time counts from there")
    .option("--set <key=value>", "a value that a step would ask for; may be repeated", collect)
    .option("--auto-approve", "manual steps do not wait; the record says so")
    .option("--dry-run", "say what each step would do to which resource, and do nothing")
    .option("--yes", "do not ask before it begins")
    .action(async (name: string, options: RunOptions) => await run(name, options));
  carrying(recover.command("resume <run>").description("go on with a run that stopped, or whose process died")).action(
    async (id: string, options: RunOptions) => await resume(id, options),
  );
  registerAnswering(recover);
  common(recover.command("drill <plan>").description("run a plan against a stand-in of the stack on this machine"))
    .option("--as <address>", "who drills; default this machine's user")
    .option("--detection <seconds x failures>", "health checks of the stand-in", "10x3")
    .option(
      "--repository <uri>",
      "S3 bucket for the backups of database-corruption and data-loss; default a server of the drill's own",
    )
    .option("--endpoint-url <url>", "an S3-compatible server; default AWS")
    .action(async (name: string, options: DrillCommandOptions) => await drill(name, options));
}
