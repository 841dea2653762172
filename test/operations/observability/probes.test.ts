import { strict as assert } from "node:assert";
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer as createPlain, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { AUTHORITATIVE_ANSWER, decode, encode } from "dns-packet";
import { exporters } from "../../../components/observability/exporters.js";
import { planProbes, probeConfig, probeModules } from "../../../components/observability/probes.js";
import { Authority } from "../../../operations/local/certificates.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { BlackboxExporter } from "../../support/servers/blackbox.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { stackConfig } from "../../support/stack-config.js";

const config = stackConfig();
const [primary, secondary] = config.regions.map(({ key }) => `${key}.${config.traffic.host}`);

describe("what the clusters ask each other, through the real blackbox exporter", function () {
  this.timeout(60_000);
  let exporter: BlackboxExporter;
  let region: Server;
  let plain: Server;
  let resolver: Socket;
  /** What the region answers, and where the public name leads: nowhere without a name. */
  const world: { status: number; leadsTo: string | undefined } = { status: 200, leadsTo: primary };

  before(async function () {
    this.timeout(900_000);
    await ensureServer("blackbox_exporter");
    const folder = await temporaryFolder("probes");
    const authority = await Authority.create(folder);
    const { key, certificate } = await authority.issue("region", "/CN=region", [`DNS:${primary}`]);
    const answer: RequestListener = ({ url }, response) => {
      const { status } = world;
      const code = url === config.failover.dns.healthPath ? status : 404;
      response.writeHead(code, code === 302 ? { location: "/elsewhere" } : {}).end();
    };
    region = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, answer);
    plain = createPlain(answer);
    for (const server of [region, plain]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    resolver = createSocket("udp4");
    resolver.on("message", (message, client) => {
      const { id, questions = [] } = decode(message);
      const name = questions[0]?.name ?? "";
      const answers =
        world.leadsTo === undefined ? [] : [{ type: "CNAME" as const, name, ttl: 60, data: world.leadsTo }];
      resolver.send(encode({ type: "response", id, flags: AUTHORITATIVE_ANSWER, questions, answers }), client.port);
    });
    await new Promise<void>((resolve) => resolver.bind(0, "127.0.0.1", resolve));
    const { modules } = probeConfig(config);
    const health = modules[probeModules.health];
    // As the chart has it, with the test's own authority.
    const trusting = { ...health, http: { ...health.http, tls_config: { ca_file: authority.certificate } } };
    exporter = await BlackboxExporter.start(folder, { modules: { ...modules, [probeModules.health]: trusting } });
  });

  after(async () => {
    await exporter.stop();
    resolver.close();
    for (const server of [region, plain]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const port = (server: Server): number => (server.address() as AddressInfo).port;
  const [{ targets: [deep = ""] } = { targets: [] }] = planProbes(config);
  /** The planned target of the first region, with the name asked of loopback. */
  const health = async (scheme: "https" | "http", hostname = primary ?? "") => {
    const server = scheme === "https" ? region : plain;
    const target = deep.replace(/^https:\/\/[^/]+/, `${scheme}://127.0.0.1:${port(server)}`);
    return (await exporter.probe(probeModules.health, target, { hostname })).get("probe_success");
  };
  const dns = async () => await exporter.probe(probeModules.dns, `127.0.0.1:${resolver.address().port}`);

  it("a region is healthy where its deep health check answers 200 under its own name's certificate", async () => {
    world.status = 200;
    assert.equal(await health("https"), 1);
    for (const status of [503, 500, 302]) {
      world.status = status;
      assert.equal(await health("https"), 0, String(status));
    }
  });

  it("a region is down where it answers without TLS, or with another name's certificate", async () => {
    world.status = 200;
    assert.equal(await health("http"), 0);
    assert.equal(await health("https", secondary), 0);
  });

  it("DNS leads where it is planned to, or elsewhere, or nowhere", async () => {
    for (const [leadsTo, planned] of [
      [primary, 1],
      [secondary, 0],
      [`${primary}.evil.example`, 0],
      [undefined, 0],
    ] as const) {
      world.leadsTo = leadsTo;
      assert.equal((await dns()).get("probe_success"), planned, leadsTo ?? "no answer");
    }
  });

  it("exports what alerts and dashboards read of it", async () => {
    const read = exporters.find(({ job }) => job === "probes")?.metrics ?? [];
    assert.ok(read.length > 0);
    const probed = await dns();
    assert.deepEqual(
      read.filter((metric) => !probed.has(metric)),
      [],
    );
  });
});
