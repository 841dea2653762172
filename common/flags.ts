/** A program's flags, as `--name=value` each. */
export function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([key, value]) => `--${key}=${value}`);
}
