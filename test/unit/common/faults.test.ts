import { strict as assert } from "node:assert";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { readAll } from "../../../common/faults.js";

const refuse = (path: string) => (): never => {
  throw new PlatformError(`${path} is wrong`, ExitCode.configuration, [{ path, rule: "must be right", fix: "right" }]);
};
const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

describe("inputs that are read together", () => {
  it("are what their readers give", () => {
    assert.deepEqual(readAll<[number, string]>("", [() => 1, () => "a"]), [1, "a"]);
  });

  it("have all their faults told at once, also after the first", () => {
    const thrown = thrownBy(() => readAll("those are wrong", [refuse("--one"), () => 1, refuse("--two")]));
    assert.ok(thrown instanceof PlatformError);
    assert.equal(thrown.message, "those are wrong");
    assert.equal(thrown.exitCode, ExitCode.configuration);
    assert.deepEqual(
      thrown.faults.map(({ path }) => path),
      ["--one", "--two"],
    );
  });

  it("keep the words of the one that is wrong alone", () => {
    const thrown = thrownBy(() => readAll("those are wrong", [refuse("--one"), () => 1]));
    assert.ok(thrown instanceof PlatformError);
    assert.equal(thrown.message, "--one is wrong");
  });

  it("let anything go on that is no fault of theirs", () => {
    const mistake = new TypeError("a mistake of ours");
    const throwIt = (): never => {
      throw mistake;
    };
    assert.equal(
      thrownBy(() => readAll("", [refuse("--one"), throwIt])),
      mistake,
    );
  });
});
