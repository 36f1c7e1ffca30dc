import type { Problem } from "@headgate/gateway-config";
import { type Document, LineCounter, parseDocument } from "yaml";
import { positionAt, type SourceMap, sourceMap } from "./source-position.ts";
import { yamlSentence } from "./yaml-sentence.ts";
import { structureFaults } from "./yaml-structure.ts";

/** What a text says, and where it says it. */
interface SourceDocument {
  /** Mappings, lists, texts, numbers, booleans and null. */
  readonly value: unknown;
  readonly source: SourceMap;
}

type ParsedYaml =
  | { readonly ok: true; readonly document: SourceDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MEBIBYTE = 1024 * 1024;
/** The largest text that is read, in bytes of UTF-8. */
const MAX_TEXT_BYTES = MEBIBYTE;
/** One mistake can upset all lines after it; the first few problems are the telling ones. */
const MAX_PROBLEMS = 20;

/** Reads one YAML 1.2 document, which may be JSON; never throws. Merge keys (`<<`) are followed. */
function parseYaml(text: string): ParsedYaml {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES) {
    const size = (bytes / MEBIBYTE).toFixed(1);
    return failed([
      { path: "", message: `the file has ${size} MiB; a configuration has at most 1 MiB` },
    ]);
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      merge: true,
      prettyErrors: false,
      // Compares each key with all before it; `structureFaults` finds duplicates in linear time.
      uniqueKeys: false,
      // "silent" would also pass over a second document.
      logLevel: "error",
    });
  } catch {
    return failed([{ path: "", message: "this cannot be read as YAML" }]);
  }
  // A tag that is not known is a warning to the library, and a value that was not understood to us.
  const errors = [...document.errors, ...document.warnings];
  const faults =
    errors.length > 0
      ? errors.map(({ code, pos: [offset] }) => ({ offset, message: yamlSentence(code) }))
      : structureFaults(document);
  if (faults.length > 0) {
    return failed(
      faults.slice(0, MAX_PROBLEMS).map(({ offset, message }) => {
        const { line, column } = positionAt(lines, offset);
        return { path: "", message, line, column };
      }),
    );
  }
  return valueOf(document, lines);
}

function valueOf(document: Document.Parsed, lines: LineCounter): ParsedYaml {
  try {
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    return { ok: true, document: { value, source: sourceMap(document, lines) } };
  } catch {
    // What is left to fail: a merge key (`<<`) over something that is no mapping.
    return failed([
      { path: "", message: "a merge key (<<) must name a mapping, or a list of mappings" },
    ]);
  }
}

function failed(problems: readonly Problem[]): ParsedYaml {
  return { ok: false, problems };
}

export { MAX_TEXT_BYTES, parseYaml, type ParsedYaml, type SourceDocument };
