import type { Clouds, RecordedResource } from "../../../cli/preview/recording.js";
import type { AwsAccount } from "../../support/clouds/aws/account.js";

/**
 * An emulated account of AWS behind the engine's stand-in provider. The protocol does not tell a created resource's
 * provider, and so not its region: that is taken from what the program registers.
 */
export async function inRegions(account: AwsAccount, program: readonly RecordedResource[]): Promise<Clouds> {
  const providers = new Map(program.map(({ type, name, provider }) => [`${type} ${name}`, provider]));
  for (const { type, name, inputs } of program) {
    if (type === "pulumi:providers:aws") await account.create({ type, name, inputs, custom: true });
  }
  return {
    invoke: account.invoke,
    create: async (args) => {
      const provider = providers.get(`${args.type} ${args.name}`);
      return await account.create({ ...args, ...(provider !== undefined && { provider }) });
    },
  };
}
