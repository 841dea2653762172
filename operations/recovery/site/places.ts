import { ExitCode, PlatformError } from "../../../common/errors.js";
import { ObjectStorage, parseRepository } from "../../backup/storage.js";
import type { Place } from "./site.js";

/** The objects of a place: a bucket of a cloud, or a folder of this machine. */
export function openPlace({ uri, endpoint }: Place): ObjectStorage {
  if (!uri.startsWith("file://")) return new ObjectStorage(parseRepository(uri, endpoint));
  return new ObjectStorage({ scheme: "file", bucket: uri.slice("file://".length).replace(/\/+$/, ""), path: "" });
}

/** A value of the site file: `env:NAME` is read from the environment, so that no secret is written down. */
export function reveal(value: string): string {
  const name = /^env:(\w+)$/.exec(value)?.[1];
  if (name === undefined) return value;
  const found = process.env[name];
  if (found !== undefined && found !== "") return found;
  throw new PlatformError(
    `${name} is not set in the environment, and the site file asks for it`,
    ExitCode.configuration,
  );
}

/** One object by its URL: the storage of its folder, and its name there. */
export function openObject({ uri, endpoint }: Place): { readonly storage: ObjectStorage; readonly key: string } {
  const cut = uri.lastIndexOf("/");
  const storage = openPlace({ uri: uri.slice(0, cut), ...(endpoint === undefined ? {} : { endpoint }) });
  return { storage, key: uri.slice(cut + 1) };
}
