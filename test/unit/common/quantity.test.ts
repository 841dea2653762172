import { strict as assert } from "node:assert";
import { canonicalBytes, canonicalCpu, parseQuantity } from "../../../common/quantity.js";

describe("quantity", () => {
  it("parses decimal, binary and exponent forms", () => {
    assert.equal(parseQuantity("500m"), 0.5);
    assert.equal(parseQuantity("2Gi"), 2 * 2 ** 30);
    assert.equal(parseQuantity("1e3"), 1000);
    assert.equal(parseQuantity(".5"), 0.5);
  });

  it("answers undefined for what is no quantity", () => {
    for (const text of ["", "2 Gi", "1GiB", "abc", "1.2.3", "Gi", "0x10"]) assert.equal(parseQuantity(text), undefined);
  });

  it("writes quantities as the API server does", () => {
    assert.equal(canonicalCpu("1000m"), "1");
    assert.equal(canonicalCpu("0.5"), "500m");
    assert.equal(canonicalBytes("1024Mi"), "1Gi");
    assert.equal(canonicalBytes("1536Mi"), "1536Mi");
    assert.equal(canonicalBytes("1000M"), "1G");
  });
});
