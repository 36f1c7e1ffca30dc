import * as z from "zod";
import { off, on, text } from "./kubernetes-values.ts";

const NONE = "Accepted and without effect:";

/** What the reference's chart knows and this one has no use for, so that its values files are accepted as they are. */
export const operatorWithoutEffect = {
  features: z
    .strictObject({
      experimental: off(`${NONE} there are no experiments.`),
      storageVersionMigrator: on(`${NONE} nothing is stored in an old version here.`),
    })
    .prefault({}),
  toolhiveRunnerImage: text(`${NONE} MCPServers are run by others.`),
  proxyHost: text(`${NONE} MCPServers are run by others.`),
  autoscaling: z
    .strictObject({
      enabled: off(`${NONE} one operator acts at a time, more of them do nothing.`),
      minReplicas: z.int().default(1).describe(NONE.slice(0, -1)),
      maxReplicas: z.int().default(1).describe(NONE.slice(0, -1)),
      targetCPUUtilizationPercentage: z.int().default(80).describe(NONE.slice(0, -1)),
      targetMemoryUtilizationPercentage: z.int().optional().describe(NONE.slice(0, -1)),
    })
    .prefault({}),
  gc: z
    .strictObject({
      gomemlimit: text(`${NONE} Node.js takes what the memory limit leaves it.`),
      gogc: z
        .union([z.string(), z.int()])
        .default("")
        .describe(`${NONE} Node.js takes what the memory limit leaves it.`),
    })
    .prefault({}),
};

/** The same at the top. */
export const chartWithoutEffect = {
  registryAPI: z
    .strictObject({ image: text(`${NONE} MCPRegistries are run by others.`) })
    .prefault({}),
};
