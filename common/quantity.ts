/**
 * Kubernetes resource quantities: parsed to a number, and written the way the API server writes them.
 *
 * Canonical form matters: the rollout controller rewrites `1000m` to `1` and takes the field, and the next server-side
 * apply of the old spelling fails on a conflict.
 */
const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const PATTERN = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/;

/** The quantity as a number of its base unit (cores, bytes), or `undefined` where it does not parse. */
export function parseQuantity(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, digits = "", exponent = "", suffix = ""] = match;
  return Number(digits + exponent) * (SUFFIXES[suffix] ?? 1);
}

/** The spelling that the API server uses for a CPU quantity: whole cores, else millicores. */
export function canonicalCpu(text: string): string {
  const cores = parseQuantity(text);
  if (cores === undefined) return text;
  return Number.isInteger(cores) ? String(cores) : `${Math.ceil(Math.round(cores * 1e6) / 1e3)}m`;
}

/** The spelling that the API server uses for binary sizes: the largest suffix that leaves a whole number. */
export function canonicalBytes(text: string): string {
  const bytes = parseQuantity(text);
  if (bytes === undefined) return text;
  const decimal = /[kMGTPE]$/.test(text);
  const units = decimal ? ["E", "P", "T", "G", "M", "k"] : ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"];
  for (const unit of units) {
    const count = bytes / (SUFFIXES[unit] ?? 1);
    if (count >= 1 && Number.isInteger(count)) return `${count}${unit}`;
  }
  return String(bytes);
}
