/** A time as Go writes it, which is how the engine hands over a day or a time that stands in the file without quotes. */
const goTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) \+0000 UTC$/;

/** Keys that hold a day, not a time of it. */
const days: ReadonlySet<string> = new Set(["expires"]);

/**
 * A key's value as the file has it. The engine hands mappings and lists over as JSON; text that is none stays text, and
 * the schema says what belongs there.
 */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, asWritten) as unknown;
  } catch {
    return text;
  }
}

function asWritten(key: string, value: unknown): unknown {
  const [, day, time] = typeof value === "string" ? (goTime.exec(value) ?? []) : [];
  if (day === undefined || time === undefined) return value;
  return days.has(key) ? day : `${day}T${time}Z`;
}
