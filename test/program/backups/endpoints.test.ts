import { strict as assert } from "node:assert";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import { at, list, textAt } from "../../support/plain.js";
import { runOf, type StackName } from "../../support/stacks.js";

interface Job {
  readonly name: string;
  /** Where it is told that the object store is. */
  readonly endpoints: readonly string[];
}

function jobOf({ name, inputs }: RecordedResource): Job {
  const [container] = list(inputs, "spec.jobTemplate.spec.template.spec.containers");
  const args = list(container, "args").map(String);
  const flags = args.filter((_, index) => /^--(from|to)-endpoint$/.test(args[index - 1] ?? ""));
  const variables = list(container, "env").filter((item) => textAt(item, "name") === "AWS_ENDPOINT_URL_S3");
  return { name, endpoints: [...flags, ...variables.map((item) => String(at(item, "value")))] };
}

async function jobsOf(stack: StackName): Promise<Job[]> {
  const { resources } = await runOf(stack);
  return resources.filter(({ type }) => type === "kubernetes:batch/v1:CronJob").map(jobOf);
}

describe("the jobs of backups, verifications and copies", () => {
  it("are told where an object store is that is no cloud's, at either end of a copy", async () => {
    const jobs = await jobsOf("local");
    assert.equal(jobs.length, 12);
    const store = "http://s3.backup-store.svc.cluster.local:7070";
    for (const { name, endpoints } of jobs) {
      assert.deepEqual(endpoints, name.includes("copies") ? [store, store] : [store], name);
    }
  });

  it("find a cloud's own by themselves", async () => {
    const jobs = await jobsOf("production");
    assert.ok(jobs.length > 0);
    assert.deepEqual(
      jobs.flatMap(({ endpoints }) => endpoints),
      [],
    );
  });
});
