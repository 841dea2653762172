import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const fileOf = (folder: string): string => join(folder, "passwords.json");

/** Passwords that objects of a platform have already, by the names of what made them. */
export async function readPasswords(folder: string): Promise<Map<string, string>> {
  const text = await readFile(fileOf(folder), "utf8").catch(() => "{}");
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>));
}

/** Keeps them beside the platform's other secrets, for the user who runs it only. */
export async function keepPasswords(folder: string, passwords: ReadonlyMap<string, string>): Promise<void> {
  await writeFile(fileOf(folder), JSON.stringify(Object.fromEntries(passwords)), { mode: 0o600 });
}
