import { strict as assert } from "node:assert";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrillPostgres } from "../../../operations/recovery/drill/postgres.js";
import { StandInResolver } from "../../../operations/recovery/drill/resolver.js";
import type { Report } from "../../../operations/recovery/run/report.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { recover, type Finished } from "../../support/recovery/command.js";
import { Answering, prepare } from "../../support/recovery/case.js";
import { needsPostgres, startEngineDatabase, startStand, urlOf } from "../../support/recovery/stand.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { freePorts, temporaryFolder } from "../../support/servers/process.js";

const regions = (east: string, west: string): object => ({ "us-east-1": { url: east }, "us-west1": { url: west } });

describe("faults of a run", function () {
  this.timeout(300_000);
  let engine: DrillPostgres;

  // The engine on PostgreSQL by URL, as in production; it is quicker than the embedded one, too.
  before(async function () {
    await needsPostgres(this);
    engine = await startEngineDatabase();
    process.env.RECOVERY_DATABASE_URL = urlOf(engine);
  });
  after(async () => {
    Reflect.deleteProperty(process.env, "RECOVERY_DATABASE_URL");
    await (engine as DrillPostgres | undefined)?.kill();
  });

  const stopped = ({ exitCode, stdout, stderr }: Finished, why: RegExp): void => {
    assert.equal(exitCode, 4, `${stdout}\n${stderr}`);
    assert.match(stderr, why);
    assert.match(stderr, /recover resume /);
  };
  const completed = ({ exitCode, stdout, stderr }: Finished): void => assert.equal(exitCode, 0, `${stdout}\n${stderr}`);

  it("operator cut off from both regions: it calls itself blind, stops, and goes on once it sees the other one", async () => {
    const [east = 0, west = 0] = await freePorts(2);
    const standby = new Answering(west);
    const { run, resume, writeSite } = await prepare("cut-off", {
      verify: ["observe-outage"],
      look: ["check-standby"],
    });
    const url = `http://127.0.0.1:${east}`;
    await writeSite({ publicUrl: url, regions: regions(url, `http://127.0.0.1:${west}`) });
    stopped(
      await run("--to", "us-west1"),
      /no outage of us-east-1 that a quorum saw \(blind\): nothing outside the region answers either/,
    );
    await standby.start();
    try {
      completed(await resume());
    } finally {
      await standby.stop();
    }
  });

  it("one probe that is broken: nothing fails over; an operator who knows better forces it, and the report says so", async () => {
    const [host = 0, east = 0, west = 0] = await freePorts(3);
    // The public name answers, the region's own endpoint says 503.
    const servers = [new Answering(host), new Answering(east, 503), new Answering(west)];
    for (const server of servers) await server.start();
    const { run, resume, ask, writeSite, files } = await prepare("one-probe", { verify: ["observe-outage"] });
    await writeSite({
      publicUrl: `http://127.0.0.1:${host}`,
      regions: regions(`http://127.0.0.1:${east}`, `http://127.0.0.1:${west}`),
    });
    try {
      stopped(
        await run(),
        /\(disputed\): down by region-endpoint \(HTTP 503\); up by public-host \(HTTP 200\).*--force outage-unconfirmed/,
      );
      stopped(await resume(), /disputed/);
      completed(await resume("--force", "outage-unconfirmed"));
      const [id = ""] = await files.ids("finished");
      const markdown = await ask("report", id);
      assert.match(markdown.stdout, /\*\*Forced past\*\*: outage-unconfirmed\./);
      assert.match(markdown.stdout, /\| FORCED \(outage-unconfirmed\)|FORCED \(outage-unconfirmed\): no outage/);
      const report = JSON.parse((await ask("report", id, "--json")).stdout) as Report;
      assert.deepEqual(
        [report.status, report.forced, report.sessions.length],
        ["completed", ["outage-unconfirmed"], 3],
      );
    } finally {
      for (const server of servers) await server.stop();
    }
  });

  it("name server out of reach: the run stops with the name and the server, and goes on once it answers", async () => {
    const [http = 0] = await freePorts(1);
    const service = new Answering(http);
    await service.start();
    const yes = (): Promise<boolean> => Promise.resolve(true);
    const address = "127.0.0.1";
    const resolver = new StandInResolver({
      publicHost: "agent-api.drill",
      regions: { primary: { host: "a.agent-api.drill", address }, standby: { host: "b.agent-api.drill", address } },
      ttlSeconds: 1,
      intervalSeconds: 60,
      failures: 3,
      probes: { primary: yes, standby: yes, thrown: yes },
    });
    const { run, resume, writeSite } = await prepare("no-names", { verify: ["check-service"] });
    const url = `http://agent-api.drill:${http}`;
    const site = { publicUrl: url, regions: { "us-east-1": { url } } };
    await writeSite({ ...site, nameServers: ["127.0.0.1:9"] });
    try {
      stopped(await run(), /check-service: agent-api\.drill leads nowhere by 127\.0\.0\.1:9: .*ECONNREFUSED/);
      await resolver.start();
      await writeSite({ ...site, nameServers: [resolver.address] });
      completed(await resume());
    } finally {
      resolver.stop();
      await service.stop();
    }
  });

  describe("with S3", () => {
    let store: ObjectStore;
    before(async () => {
      store = await startObjectStore(await temporaryFolder("faults-s3"), ["outside", "switch"]);
      Object.assign(process.env, store.env);
    });
    after(async () => await store.process.stop());
    const dead = "http://127.0.0.1:9";

    it("out of reach or closed to the operator: nothing begins without a claim, and the answer says which object", async () => {
      const { run, writeSite, files } = await prepare("no-claim", { look: ["watch-region"] });
      const site = { publicUrl: dead, regions: { "us-east-1": { url: dead } } };
      await writeSite({ ...site, control: { uri: "s3://outside/control", endpoint: dead } });
      const away = await run();
      assert.equal(away.exitCode, 4);
      assert.match(away.stderr, /cannot read s3:\/\/outside\/control\/primary\/production\.json: .*ECONNREFUSED/);
      await writeSite({ ...site, control: { uri: "s3://outside/control", endpoint: store.endpoint } });
      try {
        Object.assign(process.env, store.strangerEnv);
        const closed = await run();
        assert.equal(closed.exitCode, 3, closed.stderr);
        assert.match(
          closed.stderr,
          /cannot read s3:\/\/outside\/control\/primary\/production\.json: .*Access ?Denied/i,
        );
      } finally {
        Object.assign(process.env, store.env);
      }
      assert.deepEqual([await files.ids("active"), await files.ids("finished")], [[], []], "nothing was begun");
    });

    it("out of reach in mid-run: neither fenced nor switched; the run stops twice and goes on each time", async () => {
      const { run, resume, writeSite, files } = await prepare("s3-away", {
        fence: ["fence-primary"],
        throw: ["throw-switch"],
      });
      const regionsWith = (endpoint: string): object => ({
        "us-east-1": { url: dead },
        "us-west1": { url: dead, switch: { uri: "s3://switch", endpoint } },
      });
      const lease = (endpoint: string): object => ({ uri: "s3://outside/lease/writer.json", endpoint });
      await writeSite({ publicUrl: dead, regions: regionsWith(dead), lease: lease(dead) });
      stopped(await run(), /fence-primary: the lease s3:\/\/outside\/lease\/writer\.json is out of reach/);
      // It answers, but nobody ever held it: that fences nobody either.
      await writeSite({ publicUrl: dead, regions: regionsWith(dead), lease: lease(store.endpoint) });
      stopped(await resume(), /nobody ever held the lease .*nothing proves that us-east-1 stopped writing/);
      stopped(await resume("--force", "unfenced"), /throw-switch: the switch of us-east-1 could be thrown nowhere/);
      await writeSite({ publicUrl: dead, regions: regionsWith(store.endpoint), lease: lease(store.endpoint) });
      completed(await resume());
      assert.deepEqual(await readdir(join(store.files, "switch", "fail-away")), ["us-east-1"]);
      assert.equal((await files.ids("finished")).length, 1);
    });
  });

  it("standby unhealthy, and no lease: refused one after the other, forced or mended, and the record says which", async () => {
    const folder = await temporaryFolder("unhealthy");
    const { stand, args } = await startStand(folder);
    const files = new RunFiles(join(folder, "state"), "production");
    await writeFile(join(folder, "site.json"), JSON.stringify({ ...stand.raw, lease: undefined }));
    const resume = async (...more: string[]): Promise<Finished> =>
      await recover(["resume", (await files.ids("active"))[0]!, ...args, ...more]);
    try {
      await stand.losePrimary();
      await stand.standbyService.stop();
      // With its own region's word alone, the operator must be told that the standby is ill, not that all is dark.
      const forced = ["--force", "outage-unconfirmed"];
      stopped(
        await recover(["run", "region-outage", ...args, "--yes", "--auto-approve", ...forced]),
        /us-west1 is not healthy: endpoint down .*--force standby-unhealthy/,
      );
      stopped(await resume("--force", "standby-unhealthy"), /no lease is configured.*--force unfenced/);
      await stand.standbyService.start();
      completed(await resume("--force", "unfenced"));
      const [id = ""] = await files.ids("finished");
      const { forced: told, timeline } = JSON.parse(
        (await recover(["report", id, ...args, "--json"])).stdout,
      ) as Report;
      assert.deepEqual(told, ["outage-unconfirmed", "standby-unhealthy", "unfenced"]);
      for (const reason of told) {
        assert.ok(
          timeline.some(({ what }) => what.includes(`FORCED (${reason})`)),
          `${reason} is not in the time line`,
        );
      }
      assert.equal(stand.answers, "standby");
    } finally {
      await stand.stop();
    }
  });
});
