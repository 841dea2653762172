import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { reasonOf } from "../reason.js";
import type { Site } from "./site/site.js";

/** Addresses that a name leads to, by the site's own name servers where it has any. */
export async function addressesOf(site: Site, host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const { nameServers } = site;
  try {
    if (nameServers.length === 0) return (await dns.lookup(host, { all: true })).map(({ address }) => address).sort();
    const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers([...nameServers]);
    return (await resolver.resolve4(host)).sort();
  } catch (thrown) {
    const asked = nameServers.length === 0 ? "this machine's name servers" : nameServers.join(", ");
    throw new PlatformError(`${host} leads nowhere by ${asked}: ${reasonOf(thrown)}`, ExitCode.resource);
  }
}

/** How a URL of the site is asked: with name servers of its own, the address takes the name's place. */
export async function requestFor(
  site: Site,
  url: string,
): Promise<{ readonly url: string; readonly headers: Record<string, string> }> {
  if (site.nameServers.length === 0) return { url, headers: {} };
  const target = new URL(url);
  const { host } = target;
  const [address = target.hostname] = await addressesOf(site, target.hostname);
  target.hostname = address;
  return { url: target.href, headers: { host } };
}
