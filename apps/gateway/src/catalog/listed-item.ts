import * as z from "zod";
import type { ItemKind } from "./backend-catalog.ts";

// Only what every revision of the protocol demands: a strict client refuses a whole list for one entry
// that breaks it, so such an entry is left out here. Everything beyond this is the backend's business.
const described = {
  title: z.string().optional(),
  description: z.string().optional(),
  icons: z.array(z.looseObject({ src: z.string() })).optional(),
  annotations: z.looseObject({}).optional(),
  _meta: z.looseObject({}).optional(),
};

const name = z.string().min(1).max(256);

/** What an entry of each list must look like for the list to be readable by a strict client. */
const ListedItem = {
  tools: z.looseObject({
    ...described,
    name,
    inputSchema: z.looseObject({ type: z.literal("object") }),
    outputSchema: z.looseObject({}).optional(),
    execution: z.looseObject({}).optional(),
  }),
  prompts: z.looseObject({
    ...described,
    name,
    arguments: z.array(z.looseObject({ name: z.string() })).optional(),
  }),
  resources: z.looseObject({
    ...described,
    name: z.string(),
    uri: z.string().min(1),
    mimeType: z.string().optional(),
  }),
  resourceTemplates: z.looseObject({
    ...described,
    name: z.string(),
    uriTemplate: z.string().min(1),
    mimeType: z.string().optional(),
  }),
} as const satisfies Record<ItemKind, z.ZodType>;

/** The member that identifies an entry of each list. */
const KEY_MEMBER = {
  tools: "name",
  prompts: "name",
  resources: "uri",
  resourceTemplates: "uriTemplate",
} as const satisfies Record<ItemKind, string>;

export { KEY_MEMBER, ListedItem };
