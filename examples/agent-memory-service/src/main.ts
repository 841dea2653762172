import { Admission } from "./admission.js";
import { Dependencies } from "./dependencies.js";
import { Faults } from "./faults.js";
import { createGrpc, drainGrpc, listenGrpc } from "./grpc.js";
import { Health } from "./health.js";
import { Housekeeping } from "./housekeeping.js";
import { createHttp } from "./http.js";
import { createLogger, type Logger } from "./log.js";
import { Memories } from "./memories.js";
import { Metrics } from "./metrics.js";
import { Requests } from "./requests.js";
import { readSettings, SettingsError, type Settings } from "./settings.js";
import { Postgres } from "./stores/postgres.js";
import { RedisCache } from "./stores/redis.js";
import { Weaviate } from "./stores/weaviate.js";
import { startTracing } from "./tracing.js";

function servedBy({ POD_NAME, REGION, VERSION }: Settings): Record<string, string> {
  const always = { "x-agent-pod": POD_NAME, "x-agent-region": REGION };
  return VERSION === undefined ? always : { ...always, "x-agent-version": VERSION };
}

function openStores(settings: Settings, log: Logger) {
  const lost = (store: string) => (error: Error) => log.debug({ err: error, store }, "store");
  const postgres = new Postgres(settings, settings.REGION, lost("postgres"));
  const redis = new RedisCache(settings, lost("redis"));
  return { postgres, redis, vector: new Weaviate(settings) };
}

function assemble(settings: Settings, log: Logger) {
  const stores = openStores(settings, log);
  const dependencies = new Dependencies(stores, log);
  const parts = { ...stores, dependencies, log };
  const admission = new Admission(settings.MAX_CONCURRENCY, settings.MAX_QUEUE);
  const metrics = new Metrics(settings.VERSION, {
    queueLength: () => admission.waiting,
    dependencies: () => Object.fromEntries(Object.entries(dependencies.current).map(([name, { up }]) => [name, up])),
  });
  const faults = new Faults(settings.FAULTS_ENABLED, settings.FAULTS);
  const health = new Health(settings.REGION, dependencies, faults);
  const shared = {
    memories: new Memories(parts),
    requests: new Requests({ admission, faults, metrics, log }),
    health,
    servedBy: servedBy(settings),
  };
  const housekeeping = new Housekeeping(parts, settings.memory.retentionDays);
  const http = createHttp({ ...shared, metrics, faults, log });
  return { stores, dependencies, health, housekeeping, http, grpc: createGrpc(shared) };
}

type Service = ReturnType<typeof assemble>;

/** Says "not ready", finishes what is in flight, then closes the stores. */
async function drain(
  { stores, dependencies, health, housekeeping, http, grpc }: Service,
  seconds: number,
): Promise<void> {
  health.draining = true;
  await Promise.all([http.close(), drainGrpc(grpc, seconds * 1000)]);
  housekeeping.stop();
  dependencies.stop();
  await stores.postgres.close();
  stores.redis.close();
}

async function start(settings: Settings): Promise<void> {
  const flushTraces = startTracing(settings);
  const log = createLogger(settings);
  const service = assemble(settings, log);
  let draining = false;
  const stop = (signal: string): void => {
    if (draining) return;
    draining = true;
    log.info({ signal, seconds: settings.DRAIN_SECONDS }, "draining");
    const late = setTimeout(() => {
      log.error("requests in flight were cut off at the end of the drain");
      process.exit(1);
    }, settings.DRAIN_SECONDS * 1000);
    void drain(service, settings.DRAIN_SECONDS)
      .then(flushTraces)
      .then(() => {
        clearTimeout(late);
        log.info("stopped");
      })
      .then(() => process.exit(0));
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  service.stores.redis.start();
  void service.dependencies.watch();
  void service.housekeeping.run();
  await service.http.listen({ host: settings.LISTEN_ADDRESS, port: settings.HTTP_PORT });
  await listenGrpc(service.grpc, `${settings.LISTEN_ADDRESS}:${settings.GRPC_PORT}`);
  log.info({ http: settings.HTTP_PORT, grpc: settings.GRPC_PORT, faults: settings.FAULTS_ENABLED }, "serving");
}

async function main(): Promise<void> {
  try {
    await start(readSettings(process.env));
  } catch (thrown) {
    const told = thrown instanceof SettingsError || (thrown as { code?: string }).code === "EADDRINUSE";
    process.stderr.write(`${told ? (thrown as Error).message : String((thrown as Error).stack)}\n`);
    process.exit(thrown instanceof SettingsError ? 2 : 1);
  }
}

void main();
