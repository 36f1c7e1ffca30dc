import * as z from "zod";

/** The values of the chart with the CustomResourceDefinitions. */
export const CrdsChartValues = z.strictObject({
  crds: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe("Whether the CustomResourceDefinitions are installed with this release."),
      keep: z
        .boolean()
        .default(true)
        .describe(
          "Whether they, and with them every object of their kinds, stay when the release is uninstalled.",
        ),
    })
    .optional(),
  global: z.looseObject({}).optional().describe("Values of a parent chart; none is used."),
});
