import type { MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks";
import { computeOutputs } from "../../../../cli/preview/computed.js";
import type { Clouds } from "../../../../cli/preview/recording.js";
import { watched } from "../inputs.js";
import { awsCalls } from "./calls.js";
import type { AwsCall, AwsJudge } from "./judge.js";

interface Seen {
  readonly operations: Set<string>;
  readonly emulated: Set<string>;
}

/**
 * One account of AWS as the judge keeps it: what the program registers is created by the calls that the provider makes,
 * and what comes back goes into the program. It collects what was refused and goes on with made-up values.
 */
export class AwsAccount implements Clouds {
  readonly faults: string[] = [];
  /** By type, the operations that were judged, and those of them that the emulator carried out. */
  readonly judged = new Map<string, Seen>();
  private readonly regions = new Map<string, string>();

  constructor(private readonly judge: AwsJudge) {}

  readonly create = async (args: MockResourceArgs): Promise<MockResourceResult | undefined> => {
    const { type, name, provider } = args;
    const given = args.inputs as Readonly<Record<string, unknown>>;
    if (type === "pulumi:providers:aws") this.regions.set(name, String(given.region));
    if (!type.startsWith("aws:")) return undefined;
    const otherwise = computeOutputs(args, true);
    const create = awsCalls[type];
    if (!create) {
      this.faults.push(`${name}: nobody judges ${type}`);
      return otherwise;
    }
    const region = this.regions.get(provider?.split("::")[3] ?? "") ?? "us-east-1";
    const { inputs, unread } = watched(given);
    const ask = async (call: Omit<AwsCall, "region">): Promise<Readonly<Record<string, unknown>>> => {
      const { faults, by, response = {} } = await this.judge.judge({ ...call, region });
      this.note(type, call.operation, by.includes("emulator"));
      this.faults.push(...faults.map((fault) => `${name}: ${fault}`));
      if (faults.length > 0) throw new Refused();
      return response;
    };
    try {
      const outputs = await create({
        name,
        inputs,
        region,
        call: async (service, operation, params) => await ask({ service, operation, params }),
        check: async (service, operation, params) => {
          await ask({ service, operation, params, act: false });
        },
      });
      for (const key of unread()) this.faults.push(`${name}: no call has ${key}`);
      const known = Object.fromEntries(Object.entries(outputs).filter(([, value]) => !isMissing(value)));
      const state = { ...(otherwise.state as object), ...known };
      return { id: typeof known.id === "string" ? known.id : otherwise.id, state };
    } catch (thrown) {
      if (thrown instanceof Refused) return otherwise;
      throw thrown;
    }
  };

  readonly invoke = (token: string): Record<string, unknown> | undefined =>
    token === "aws:index/getAvailabilityZones:getAvailabilityZones"
      ? { names: ["a", "b", "c", "d"].map((zone) => `us-east-1${zone}`), zoneIds: [] }
      : undefined;

  private note(type: string, operation: string, emulated: boolean): void {
    const seen = this.judged.get(type) ?? { operations: new Set(), emulated: new Set() };
    seen.operations.add(operation);
    if (emulated) seen.emulated.add(operation);
    this.judged.set(type, seen);
  }
}

/** A call was refused: what depends on it goes on with the table's values. */
class Refused extends Error {}

/** What an empty answer gives, where only the model judged. */
const isMissing = (value: unknown): boolean => value === undefined || value === "undefined";
