import { z } from "zod";
import { RequestError } from "./errors.js";

/** One thing that an agent remembers. Written once, never changed. */
export interface Memory {
  readonly id: string;
  readonly agentId: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

const agentId = z.string().min(1).max(200);

export const writeSchema = z.strictObject({
  /** Given by the caller, a write can be repeated safely; else it is made here. */
  id: z.uuid().optional(),
  agentId: agentId.default("default"),
  content: z.string().min(1).max(1_000_000),
  metadata: z.record(z.string().max(200), z.string().max(10_000)).default({}),
});

export const searchSchema = z.strictObject({
  agentId: agentId.default("default"),
  query: z.string().min(1).max(10_000),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});

export const idSchema = z.uuid();

export type WriteRequest = z.output<typeof writeSchema>;
export type SearchRequest = z.output<typeof searchSchema>;

/** Checks what a caller sent; every fault with its path. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "body"}: ${message}`);
  throw new RequestError("invalid", faults.join("; "));
}
