import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../config/load.js";
import { Region } from "./region.js";

/** The whole platform: clusters, what spans them, the platform on each, failover between them. */
export function program(): Record<string, unknown> {
  const config = loadConfig();
  const regions = config.regions.map((region) => new Region({ region, config }));
  const credentials = {
    postgresPassword: pulumi.secret("x"),
    redisPassword: pulumi.secret("x"),
    vectorApiKey: pulumi.secret("x"),
  };
  for (const region of regions) region.deploy({ credentials });
  return { regions: regions.map((region) => region.key) };
}
