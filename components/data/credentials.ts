import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreCredentials } from "../contracts.js";

export interface StoreSecretsArgs {
  /** Changing it makes new passwords and keys on the next `up`: the documented way to rotate. Default "1". */
  readonly generation?: string;
}

/**
 * Passwords of PostgreSQL and Redis and the API key of the vector database, made once a stack: a replica cluster has its
 * primary's passwords, so all regions share them. 32 characters of 62 carry 190 bits.
 */
export class StoreSecrets extends pulumi.ComponentResource implements StoreCredentials {
  readonly postgresPassword: pulumi.Output<string>;
  readonly redisPassword: pulumi.Output<string>;
  readonly vectorApiKey: pulumi.Output<string>;

  constructor(name: string, args: StoreSecretsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:data:StoreSecrets", name, {}, opts);
    const generation = args.generation ?? "1";
    this.postgresPassword = createPassword(`${name}-postgres`, generation, this);
    this.redisPassword = createPassword(`${name}-redis`, generation, this);
    this.vectorApiKey = createPassword(`${name}-vector`, generation, this);
    this.registerOutputs({});
  }
}

function createPassword(name: string, generation: string, parent: pulumi.Resource): pulumi.Output<string> {
  // No special characters: the value also travels inside URLs and configuration files.
  const password = new random.RandomPassword(
    name,
    { length: 32, special: false, keepers: { generation } },
    { parent, additionalSecretOutputs: ["result"] },
  );
  return pulumi.secret(password.result);
}
