const REHEARSAL = /^(staging|stage|local|dev|development|test|testing|preview|sandbox|ci)([-_].*)?$/;

/** The environment that a stack's name says; any other name is held to the rules of production. */
export function environmentOf(stack: string): string {
  return REHEARSAL.exec(stack)?.[1] ?? "production";
}

/** The stack of a URN (`urn:pulumi:<stack>::<project>::…`). */
export function stackOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
}
