import { checkKubeconfig } from "../kubeconfig.js";
import type { Rule } from "./index.js";

/** The one rule that looks at a file: a kubeconfig that cannot be used is found before anything is registered. */
export const usableKubeconfigs: Rule = ({ regions }) =>
  regions.flatMap((region, index) => (region.cloud === "existing" ? checkKubeconfig(region, `regions[${index}]`) : []));
