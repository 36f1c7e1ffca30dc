import type { YAMLError } from "yaml";

// The library's own messages may quote the text, which may hold a secret: only its codes are used.
const SENTENCES: Readonly<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "an alias can have neither a tag nor an anchor",
  BAD_ALIAS: "there is no anchor of this name above; define it with & before using it with *",
  BAD_COLLECTION_TYPE: "this tag does not fit what stands behind it",
  BAD_DIRECTIVE: "a line that starts with % is not understood here",
  BAD_DQ_ESCAPE:
    "this backslash sequence means nothing in double quotes; write \\\\ for a backslash or use single quotes",
  BAD_INDENT: "the indentation fits nothing above; align it with the lines it belongs to",
  BAD_PROP_ORDER: "tags and anchors must stand right before the value they are for",
  BAD_SCALAR_START: "a text cannot start with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "a second colon on this line; put the text in quotes, or move what is nested to a line of its own",
  BLOCK_IN_FLOW: "inside brackets and braces, lists and mappings need brackets and braces as well",
  DUPLICATE_KEY: "this key is here twice; keep one of them",
  IMPOSSIBLE: "this cannot be read as YAML",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "something is missing here: a closing quote, bracket or brace, a comma or a colon",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a colon or a quote missing above?",
  MULTIPLE_ANCHORS: "a value can have one anchor only",
  MULTIPLE_DOCS: "a second document starts here; a configuration file holds one",
  MULTIPLE_TAGS: "a value can have one tag only",
  NON_STRING_KEY: "a key must be a text",
  RESOURCE_EXHAUSTION: "nested too deeply to be read",
  TAB_AS_INDENT: "a tab is used as indentation; use spaces",
  TAG_RESOLVE_FAILED: "this tag does not fit its value; leave the tag out",
  UNEXPECTED_TOKEN:
    "something stands here that does not belong here; is a quote, comma or line break missing?",
};

/** What is wrong with the text, in a sentence that quotes nothing of it. */
function yamlSentence(code: YAMLError["code"]): string {
  return SENTENCES[code];
}

export { yamlSentence };
