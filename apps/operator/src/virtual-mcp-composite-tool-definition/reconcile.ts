import type { JudgedKind } from "../reconciler/judged-kind.ts";
import { judgeDefinition, observeDefinition, type ObservedDefinition } from "./judge.ts";

/** VirtualMCPCompositeToolDefinitions: tools made of calls to other tools. */
export const compositeToolDefinitions: JudgedKind<"compositeToolDefinitions", ObservedDefinition> =
  {
    name: "virtualmcpcompositetooldefinitions",
    of: "compositeToolDefinitions",
    observe: observeDefinition,
    judge: judgeDefinition,
  };
