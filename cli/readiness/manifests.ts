import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf, showValue, type Fault } from "../../common/errors.js";
import type { SourceObject } from "../../policy/model/resource.js";
import { shapeFaults } from "../../policy/model/shape.js";
import { isPlain, text, type Plain } from "../../policy/model/values.js";
import { parseDocuments } from "./documents.js";

/** What was read, and what could not be: the rest is judged all the same. */
export interface Manifests {
  readonly objects: readonly SourceObject[];
  readonly faults: readonly Fault[];
  readonly files: number;
}

/** Larger files are refused: no manifest is, and the text alone would need twice as much memory. */
const MAX_BYTES = 256 * 1024 * 1024;
const EXTENSION = /\.(ya?ml|json)$/i;
const SKIPPED_FOLDERS = new Set(["node_modules", ".git"]);
const MAX_LIST_DEPTH = 4;

/** Reads a file, a folder with everything below it, or standard input (`-`). */
export function readManifests(path: string): Manifests {
  const reading = new Reading();
  if (path === "-") reading.text("<standard input>", readFileSync(0));
  else reading.path(path);
  return reading.result(path);
}

class Reading {
  private readonly objects: SourceObject[] = [];
  private readonly faults: Fault[] = [];
  private files = 0;

  path(path: string): void {
    try {
      if (statSync(path).isDirectory()) this.folder(path);
      else this.file(path);
    } catch (thrown) {
      this.fault({
        path,
        rule: `cannot be read: ${messageOf(thrown)}`,
        fix: "name a file, a folder or - for standard input",
      });
    }
  }

  result(path: string): Manifests {
    if (this.objects.length === 0 && this.faults.length === 0) {
      this.fault({
        path,
        rule: "holds no manifest",
        fix: "name a file or folder with Kubernetes objects (.yaml, .yml, .json)",
      });
    }
    return { objects: this.objects, faults: this.faults, files: this.files };
  }

  text(file: string, bytes: Buffer): void {
    this.files += 1;
    if (bytes.includes(0)) {
      this.fault({ path: file, rule: "is not text", fix: "remove it, or save it as UTF-8" });
      return;
    }
    for (const { line, value, error } of parseDocuments(bytes.toString("utf8"), file)) {
      if (error)
        this.fault({
          path: `${file}:${error.line}`,
          rule: error.reason,
          fix: "correct the YAML; the other documents were judged",
        });
      else this.document(value, { file, line }, 0);
    }
  }

  private folder(folder: string): void {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name)) this.folder(path);
      } else if (EXTENSION.test(entry.name)) this.path(path);
    }
  }

  private file(path: string): void {
    const { size } = statSync(path);
    if (size > MAX_BYTES) {
      this.fault({
        path,
        received: `${Math.round(size / 2 ** 20)} MiB`,
        rule: "is larger than 256 MiB",
        fix: "split it",
      });
      return;
    }
    this.text(path, readFileSync(path));
  }

  private document(value: unknown, origin: { file: string; line: number }, depth: number): void {
    if (value === null || value === undefined) return;
    const where = `${origin.file}:${origin.line}`;
    if (!isPlain(value)) {
      this.fault({
        path: where,
        received: showValue(value),
        rule: "a document is an object",
        fix: "write one Kubernetes object a document",
      });
      return;
    }
    const kind = text(value.kind);
    if (kind === undefined || kind === "") {
      const shown = value.kind === undefined ? {} : { received: showValue(value.kind) };
      this.fault({
        path: where,
        ...shown,
        rule: "an object has a kind",
        fix: "add apiVersion and kind, or move the file away",
      });
      return;
    }
    if (kind.endsWith("List") && "items" in value) this.items(value, origin, depth);
    else this.object(value, origin);
  }

  private items(value: Plain, origin: { file: string; line: number }, depth: number): void {
    const where = `${origin.file}:${origin.line}`;
    if (!Array.isArray(value.items) || depth >= MAX_LIST_DEPTH) {
      const rule = Array.isArray(value.items) ? "lists are nested too deeply" : "items is a list";
      this.fault({ path: `${where} items`, rule, fix: "write the objects as a list of items" });
      return;
    }
    // The items of a typed list leave out what the list itself says.
    const said = value.kind === "List" ? {} : { apiVersion: value.apiVersion, kind: String(value.kind).slice(0, -4) };
    for (const item of value.items) this.document(isPlain(item) ? { ...said, ...item } : item, origin, depth + 1);
  }

  private object(object: Plain, origin: { file: string; line: number }): void {
    for (const { path, expected, received } of shapeFaults(object)) {
      this.fault({
        path: `${origin.file}:${origin.line} ${path}`,
        received: showValue(shallow(received)),
        rule: `is ${expected}`,
        fix: "correct the type; the API server refuses the object",
      });
    }
    this.objects.push({ object, origin });
  }

  private fault(fault: Fault): void {
    this.faults.push(fault);
  }
}

/** Anchors can make a value cyclic: what is inside is not shown. */
function shallow(value: unknown): unknown {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isPlain(value) ? "an object" : value;
}
