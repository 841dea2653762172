import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { load } from "js-yaml";
import { ExitCode, messageOf, PlatformError, showValue, type Fault } from "../../../common/errors.js";
import { formatPath, valueAt } from "../../../config/paths.js";
import { siteSchema, type Site } from "./site.js";

/** Rules across the site's keys. */
function crossFaults(site: Site): Fault[] {
  const keys = Object.keys(site.regions);
  const faults: Fault[] = [];
  if (!keys.includes(site.primary)) {
    faults.push({
      path: "primary",
      received: site.primary,
      rule: "must be a region of the site",
      fix: `one of ${keys.join(", ")}`,
    });
  }
  const names = site.notifications.map(({ name }) => name);
  for (const name of names.filter((one, index) => names.indexOf(one) !== index)) {
    faults.push({
      path: "notifications",
      received: name,
      rule: "names must differ",
      fix: "rename one of the channels",
    });
  }
  return faults;
}

/**
 * A site from plain data, checked whole.
 * @throws PlatformError exit code 2 with every fault.
 */
export function parseSite(raw: unknown, where: string): Site {
  const parsed = siteSchema.safeParse(raw);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => {
      const value = valueAt(raw, path.map(String));
      return {
        path: `${where}: ${formatPath(path)}`,
        ...(value === undefined || typeof value === "object" ? {} : { received: showValue(value) }),
        rule: message,
        fix: "docs/recovery.md lists the keys of a site file",
      };
    });
    throw new PlatformError(`${where} is no site file:`, ExitCode.configuration, faults);
  }
  const faults = crossFaults(parsed.data).map((fault) => ({ ...fault, path: `${where}: ${fault.path}` }));
  if (faults.length > 0) throw new PlatformError(`${where} is no site file:`, ExitCode.configuration, faults);
  return parsed.data;
}

/** Reads a site file; kubeconfigs in it are meant from its own folder. */
export function loadSite(file: string): Site {
  let raw: unknown;
  try {
    raw = load(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new PlatformError(`${file} cannot be read: ${messageOf(thrown)}`, ExitCode.configuration);
  }
  const site = parseSite(raw, file);
  const regions = Object.entries(site.regions).map(([key, region]) => {
    const { kubeconfig } = region;
    if (kubeconfig === undefined || isAbsolute(kubeconfig)) return [key, region] as const;
    return [key, { ...region, kubeconfig: join(dirname(file), kubeconfig) }] as const;
  });
  return { ...site, regions: Object.fromEntries(regions) };
}
