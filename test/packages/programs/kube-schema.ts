import { structuralSchema, withRules } from "@headgate/kube-schema";
import * as z from "zod";

const Range = withRules(z.strictObject({ low: z.int32(), high: z.int32() }), [
  {
    cel: "self.low <= self.high",
    message: "low must not exceed high",
    holds: ({ low, high }) => low <= high,
  },
]);
const message: string | undefined = Range.safeParse({ low: 2, high: 1 }).error?.issues[0]?.message;
console.log(message, structuralSchema(Range)["type"]);
