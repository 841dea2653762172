import { parseCidr } from "cidr-tools";
import { ExitCode, PlatformError } from "../../common/errors.js";

/** Address ranges of one availability zone. */
export interface ZoneSubnets {
  /** Position of the zone, from 1; part of resource names, since zone names are known only to the cloud. */
  readonly zone: number;
  /** Nodes and pods. */
  readonly private: string;
  /** Load balancers and NAT gateways. */
  readonly public: string;
}

/** Largest number of zones that a VPC is laid out for. */
export const maxZones = 4;

/**
 * Lays out a VPC: every zone owns a quarter of the range, whose first half is the private subnet and of whose second
 * half an eighth is the public one. The quarters do not depend on how many zones are used, so that a zone can be added
 * later without moving a subnet; the rest of each quarter stays free for what comes.
 *
 * In a /16 that is 8,192 private and 1,024 public addresses a zone. AWS takes subnets of /16 to /28, so the VPC may be
 * /16 to /22.
 */
export function planSubnets(vpc: string, zones: number): readonly ZoneSubnets[] {
  const { start, prefix, version } = parseCidr(vpc);
  const bits = Number(prefix);
  if (version !== 4 || bits < 16 || bits > 22 || zones < 1 || zones > maxZones) {
    throw new PlatformError(
      `cannot lay out ${vpc} over ${zones} zones: an IPv4 range of /16 to /22 and 1 to ${maxZones} zones are needed`,
      ExitCode.configuration,
    );
  }
  const quarter = 2n ** BigInt(32 - bits - 2);
  return Array.from({ length: zones }, (_, index) => {
    const base = start + BigInt(index) * quarter;
    return {
      zone: index + 1,
      private: `${address(base)}/${bits + 3}`,
      public: `${address(base + quarter / 2n)}/${bits + 6}`,
    };
  });
}

/** A total over positions as evenly as whole numbers go, the remainder first: 7 over 3 is 3, 2, 2. */
export function spread(total: number, positions: number): readonly number[] {
  const base = Math.floor(total / positions);
  return Array.from({ length: positions }, (_, index) => base + (index < total % positions ? 1 : 0));
}

function address(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
}
