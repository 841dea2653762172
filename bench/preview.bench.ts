import type { Bench } from "./main.js";
import { compare, measure, median, ratio, type Usage } from "./measure.js";

async function growth(): Promise<string> {
  const small: number[] = [];
  const large: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    small.push(
      (await measure("bench/preview-regions.ts", ["2"])).cpuSeconds -
        (await measure("bench/preview-regions.ts", ["0"])).cpuSeconds,
    );
    large.push(
      (await measure("bench/preview-regions.ts", ["10"])).cpuSeconds -
        (await measure("bench/preview-regions.ts", ["0"])).cpuSeconds,
    );
  }
  return ratio("registration of ten regions against two, processor time", [median(large), median(small)], {
    unit: "s",
    bound: 5.5,
  });
}

export const bench: Bench = {
  title:
    "Offline preview of production against a bare script: the same SDKs, the same resources, the same mock runtime",
  async run() {
    const preview = (): Promise<Usage> => measure("cli/main.ts", ["preview", "--stack", "production"]);
    const floor = (): Promise<Usage> => measure("bench/preview-floor.ts");
    const [ours, bare] = await compare(preview, floor);
    return [
      ratio("wall", [ours.wallSeconds, bare.wallSeconds], { unit: "s", bound: 1.5 }),
      ratio("peak memory", [ours.peakMegabytes, bare.peakMegabytes], { unit: "MB", bound: 1.5 }),
      await growth(),
    ];
  },
};
