import { runCommand } from "../../../common/command.js";

/** What a store should hold, or was found to hold, by name. */
export type Contents = ReadonlyMap<string, string>;

export interface Difference {
  /** What is missing, or is not what it was. */
  readonly lost: number;
  readonly extra: number;
}

/** How what is there differs from what should be. */
export function difference(expected: Contents, found: Contents): Difference {
  const lost = [...expected].filter(([name, value]) => found.get(name) !== value).length;
  return { lost, extra: [...found.keys()].filter((name) => !expected.has(name)).length };
}

/** One of the stores, by a port of this machine that leads to its pod. */
export interface KnownStore {
  /** Adds what has not been there before, as whoever uses the store does. */
  write(from: number, to: number): Promise<void>;
  /** Removes half of what it holds, changes a tenth, and adds something. */
  damage(): Promise<void>;
  /** All that it holds. */
  read(): Promise<Contents>;
}

/** Digits and letters, which each store takes as they are. */
const valueOf = (index: number): string => `memory ${index} ${"x".repeat(index % 200)}`;
const fill = (from: number, to: number): [string, string][] =>
  Array.from({ length: to - from }, (_, offset) => [String(from + offset), valueOf(from + offset)]);

export interface Access {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export function knownRedis({ port, password }: Access): KnownStore {
  const ask = async (commands: readonly string[]): Promise<string[]> => {
    const options = { input: commands.map((line) => `${line}\n`).join(""), env: { REDISCLI_AUTH: password } };
    const { stdout } = await runCommand("redis-cli", ["-h", "127.0.0.1", "-p", String(port)], options);
    return stdout.split("\n").slice(0, -1);
  };
  return {
    write: async (from, to) => {
      await ask(fill(from, to).map(([name, value]) => `SET ${name} "${value}"`));
    },
    damage: async () => {
      const names = await ask(["KEYS *"]);
      const changes = names.flatMap((name, index) =>
        index % 2 === 0 ? [`DEL ${name}`] : index % 10 === 1 ? [`SET ${name} changed`] : [],
      );
      await ask([...changes, "SET never-written x"]);
    },
    read: async () => {
      const names = (await ask(["KEYS *"])).filter((name) => name !== "");
      const values = await ask(names.map((name) => `GET ${name}`));
      return new Map(names.map((name, index) => [name, values[index] ?? ""]));
    },
  };
}

/** Lines of a statement's answer, columns parted by tabs. */
export async function askPostgres({ port, user, password }: Access, sql: string): Promise<string[]> {
  const connection = `host=127.0.0.1 port=${port} user=${user} dbname=${user}`;
  const format = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t"];
  const options = { input: sql, env: { PGPASSWORD: password } };
  const { stdout } = await runCommand("psql", [...format, "--set=ON_ERROR_STOP=1", connection], options);
  return stdout.split("\n").slice(0, -1);
}

export function knownPostgres(access: Access): KnownStore {
  const ask = async (sql: string): Promise<string[]> => await askPostgres(access, sql);
  return {
    write: async (from, to) => {
      const rows = fill(from, to)
        .map(([name, value]) => `(${name}, '${value}')`)
        .join(",");
      await ask(`CREATE TABLE IF NOT EXISTS known (id int PRIMARY KEY, content text NOT NULL);
        INSERT INTO known VALUES ${rows};`);
    },
    damage: async () => {
      await ask(`DELETE FROM known WHERE id % 2 = 0; UPDATE known SET content = 'changed' WHERE id % 10 = 1;
        INSERT INTO known VALUES (-1, 'never written');`);
    },
    read: async () =>
      new Map(
        (await ask("SELECT id, content FROM known")).map((line) => {
          const [id = "", content = ""] = line.split("\t");
          return [id, content];
        }),
      ),
  };
}

interface VectorObject {
  readonly id: string;
  readonly properties: { readonly content: string };
  readonly vector: readonly number[];
}

const CLASS = "Known";
const idOf = (name: string): string => `00000000-0000-4000-8000-${name.padStart(12, "0")}`;
const textOf = ({ properties, vector }: Pick<VectorObject, "properties" | "vector">): string =>
  `${properties.content} ${vector.join(" ")}`;

export function knownVector({ port, password }: Access): KnownStore & { readonly drop: () => Promise<void> } {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${password}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Weaviate answers ${method} ${path} with ${answer.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const put = async (pairs: readonly (readonly [string, string])[]): Promise<void> => {
    const objects = pairs.map(([name, content]) => ({
      class: CLASS,
      id: idOf(name),
      properties: { content },
      vector: Array.from({ length: 8 }, (_, part) => (1 + ((Number(name) * (part + 1)) % 64)) / 64),
    }));
    const results = (await ask("POST", "batch/objects", { objects })) as { result?: { errors?: unknown } }[];
    const [failed] = results.filter(({ result }) => result?.errors !== undefined);
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
  };
  const all = async (): Promise<VectorObject[]> => {
    const found: VectorObject[] = [];
    for (;;) {
      const after = found.length === 0 ? "" : `&after=${found.at(-1)?.id ?? ""}`;
      const { objects } = (await ask("GET", `objects?class=${CLASS}&limit=500&include=vector${after}`)) as {
        objects: VectorObject[];
      };
      if (objects.length === 0) return found;
      found.push(...objects);
    }
  };
  return {
    write: async (from, to) => {
      const { classes = [] } = (await ask("GET", "schema")) as { classes?: { class: string }[] };
      const properties = [{ name: "content", dataType: ["text"] }];
      if (classes.every(({ class: name }) => name !== CLASS)) {
        await ask("POST", "schema", { class: CLASS, vectorizer: "none", properties });
      }
      await put(fill(from, to));
    },
    damage: async () => {
      const objects = await all();
      for (const [index, { id }] of objects.entries())
        if (index % 2 === 0) await ask("DELETE", `objects/${CLASS}/${id}`);
      await put([
        [String(Number(objects[1]?.id.slice(-12))), "changed"],
        ["999999", "never written"],
      ]);
    },
    read: async () => new Map((await all()).map((object) => [object.id, textOf(object)])),
    drop: async () => {
      await ask("DELETE", `schema/${CLASS}`);
    },
  };
}
