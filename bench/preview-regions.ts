// Registers the platform with as many EKS regions as the argument says; 0 loads the program and registers nothing.
import { runProgram } from "../cli/preview/run-program.js";
import { awsRegions } from "../config/schema/known-regions.js";
import { program } from "../components/program.js";

const wanted = Number(process.argv[2] ?? "2");

function region(index: number): object {
  return {
    key: `r${index}`,
    cloud: "aws",
    region: awsRegions[index],
    role: index === 0 ? "primary" : "secondary",
    network: { cidr: `10.${index}.0.0/16` },
  };
}

async function main(): Promise<void> {
  const regions = Array.from({ length: Math.max(2, wanted) }, (_, index) => region(index));
  const config = {
    "agent-platform:environment": "production",
    "agent-platform:regions": JSON.stringify(regions),
  };
  const file = { project: "agent-platform", stack: "bench", config, secretKeys: [] };
  const run = await runProgram(wanted === 0 ? () => ({}) : program, file);
  process.stdout.write(`${run.resources.length} resources\n`);
}

void main();
