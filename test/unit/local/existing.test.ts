import assert from "node:assert/strict";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { defaultKubeconfig } from "../../../operations/kubeconfig.js";
import { clusterRange } from "../../../operations/local/existing/clusters.js";
import { wholeProgram } from "../../support/command-tree.js";

describe("the pods' range of a cluster by its nodes'", () => {
  it("is the /16 that kind and k3d give out by parts", () => {
    assert.equal(clusterRange(["10.244.0.0/24", "10.244.1.0/24"]), "10.244.0.0/16");
    assert.equal(clusterRange(["10.42.0.0/24"]), "10.42.0.0/16");
  });

  it("is not guessed where nodes name none, disagree or have other addresses", () => {
    for (const cidrs of [[], ["10.1.0.0/24", "10.2.0.0/24"], ["fd00:10::/64"], ["10.0.0.0/8"]])
      assert.equal(clusterRange(cidrs), undefined);
  });
});

describe("a kubeconfig without contexts", function () {
  this.timeout(120_000);

  it("is refused before anything starts: it would be for nothing", async () => {
    const program = await wholeProgram();
    await assert.rejects(
      program.parseAsync(["local", "up", "--kubeconfig", "/some/file"], { from: "user" }),
      (thrown) =>
        thrown instanceof PlatformError &&
        thrown.exitCode === ExitCode.configuration &&
        thrown.faults[0]?.path === "--kubeconfig",
    );
  });
});

describe("the kubeconfig where none is named", () => {
  const given = process.env.KUBECONFIG;
  afterEach(() => {
    if (given === undefined) Reflect.deleteProperty(process.env, "KUBECONFIG");
    else process.env.KUBECONFIG = given;
  });

  it("is kubectl's, unless that is several files", () => {
    process.env.KUBECONFIG = "";
    assert.equal(defaultKubeconfig(), join(homedir(), ".kube", "config"));
    process.env.KUBECONFIG = "/some/file";
    assert.equal(defaultKubeconfig(), "/some/file");
    process.env.KUBECONFIG = ["/some/file", "/another"].join(delimiter);
    assert.throws(defaultKubeconfig, (thrown) => {
      assert.ok(thrown instanceof PlatformError);
      assert.deepEqual([thrown.exitCode, thrown.faults[0]?.fix], [ExitCode.configuration, "--kubeconfig FILE"]);
      return true;
    });
  });
});
