import type { JudgedKind } from "../reconciler/judged-kind.ts";
import { judgeGroup, observeGroup, type ObservedGroup } from "./judge.ts";

/** MCPGroups: who belongs together. */
export const mcpGroups: JudgedKind<"mcpGroups", ObservedGroup> = {
  name: "mcpgroups",
  of: "mcpGroups",
  observe: observeGroup,
  judge: judgeGroup,
};
