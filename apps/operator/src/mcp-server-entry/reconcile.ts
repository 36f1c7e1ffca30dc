import type { JudgedKind } from "../reconciler/judged-kind.ts";
import { judgeEntry } from "./judge.ts";
import { caBundleReader, observeEntry, type ObservedEntry } from "./observe.ts";

/** MCPServerEntries: remote servers as members of a group. */
export const mcpServerEntries: JudgedKind<"mcpServerEntries", ObservedEntry> = {
  name: "mcpserverentries",
  of: "mcpServerEntries",
  observe: observeEntry,
  completer: caBundleReader,
  judge: judgeEntry,
};
