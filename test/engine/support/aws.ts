import type { Clouds, RecordedResource } from "../../../cli/preview/recording.js";
import type { AwsAccount } from "../../support/clouds/aws/account.js";

/** What a resource is known by to the program and to a stand-in of its cloud alike. */
export const place = ({ type, name }: { readonly type: string; readonly name: string }): string => `${type} ${name}`;

/**
 * An emulated account of AWS behind the engine's stand-in provider. The protocol does not tell a created resource's
 * provider, and so not its region: that is taken from what the program registers.
 */
export async function inRegions(account: AwsAccount, program: readonly RecordedResource[]): Promise<Clouds> {
  const providers = new Map(program.map((resource) => [place(resource), resource.provider]));
  for (const { type, name, inputs } of program) {
    if (type === "pulumi:providers:aws") await account.create({ type, name, inputs, custom: true });
  }
  return {
    invoke: account.invoke,
    create: async (args) => {
      const provider = providers.get(place(args));
      return await account.create({ ...args, ...(provider !== undefined && { provider }) });
    },
  };
}
