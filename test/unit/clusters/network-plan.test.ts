import { strict as assert } from "node:assert";
import { containsCidr, overlapCidr, parseCidr } from "cidr-tools";
import fc from "fast-check";
import { maxZones, planSubnets, spread } from "../../../components/clusters/network-plan.js";
import { count } from "../../support/counts.js";

const vpc = fc
  .tuple(fc.integer({ min: 16, max: 22 }), fc.integer({ min: 0, max: 2 ** 24 - 1 }))
  .map(([prefix, host]) => {
    const base = BigInt(10 * 2 ** 24 + host) & ~(2n ** BigInt(32 - prefix) - 1n);
    const octets = [24n, 16n, 8n, 0n].map((shift) => String((base >> shift) & 255n));
    return `${octets.join(".")}/${prefix}`;
  });
const zones = fc.integer({ min: 1, max: maxZones });

describe("subnet plan", () => {
  it("lays out the default VPC exactly", () => {
    assert.deepEqual(planSubnets("10.0.0.0/16", 3), [
      { zone: 1, private: "10.0.0.0/19", public: "10.0.32.0/22" },
      { zone: 2, private: "10.0.64.0/19", public: "10.0.96.0/22" },
      { zone: 3, private: "10.0.128.0/19", public: "10.0.160.0/22" },
    ]);
  });

  it("keeps every subnet inside the VPC, apart from the others, and of a size that AWS takes", () => {
    fc.assert(
      fc.property(vpc, zones, (range, wanted) => {
        const subnets = planSubnets(range, wanted).flatMap((zone) => [zone.private, zone.public]);
        assert.equal(subnets.length, 2 * wanted);
        subnets.forEach((subnet, index) => {
          assert.equal(parseCidr(subnet).cidr, subnet, `${subnet} has host bits`);
          assert.ok(Number(parseCidr(subnet).prefix) <= 28, `${subnet} is too small`);
          assert.ok(containsCidr(range, subnet), `${subnet} is outside ${range}`);
          for (const other of subnets.slice(0, index)) assert.ok(!overlapCidr(other, subnet), `${other}, ${subnet}`);
        });
      }),
      { numRuns: count(200, 5000) },
    );
  });

  it("does not move a subnet when a zone is added", () => {
    fc.assert(
      fc.property(vpc, zones, (range, wanted) => {
        assert.deepEqual(planSubnets(range, wanted), planSubnets(range, maxZones).slice(0, wanted));
      }),
      { numRuns: count(100, 1000) },
    );
  });

  it("refuses what AWS would refuse", () => {
    for (const range of ["10.0.0.0/15", "10.0.0.0/23", "fd00::/56"]) {
      assert.throws(() => planSubnets(range, 3), /an IPv4 range of \/16 to \/22/);
    }
    assert.throws(() => planSubnets("10.0.0.0/16", 5), /1 to 4 zones/);
  });
});

describe("spread", () => {
  it("is as even as whole numbers go and loses nothing", () => {
    assert.deepEqual(spread(7, 3), [3, 2, 2]);
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 12 }), (total, positions) => {
        const shares = spread(total, positions);
        assert.equal(shares.length, positions);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          total,
        );
        assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
      }),
      { numRuns: count(200, 2000) },
    );
  });
});
