import { expect, test } from "vitest";
import { sessionBusContract } from "./contract.ts";
import { memoryBusNetwork } from "./memory.ts";

sessionBusContract({ test }, (maxBytes) => {
  const network = memoryBusNetwork({ maxBytes });
  const buses = [network.join("a"), network.join("b"), network.join("c")] as const;
  return {
    buses,
    async interrupt(during) {
      network.disconnect();
      await during();
      network.connect();
    },
  };
});

test("a process id with a space is a mistake", () => {
  expect(() => memoryBusNetwork().join("a b")).toThrow('processId is "a b"; use 1 to 128');
});
