export { sessionBusContract, type OpenedSessionBus, type OpenSessionBus } from "./bus/contract.ts";
export {
  sessionCounterContract,
  type OpenedSessionCounter,
  type OpenSessionCounter,
} from "./caps/contract.ts";
export type { ContractRunner } from "./contract-runner.ts";
export { eventLogContract, type OpenedEventLog, type OpenEventLog } from "./events/contract.ts";
export {
  sessionStoreContract,
  type OpenedSessionStore,
  type OpenSessionStore,
} from "./store/contract.ts";
