export type { ContractRunner } from "./contract-runner.ts";
export {
  sessionStoreContract,
  type OpenedSessionStore,
  type OpenSessionStore,
} from "./store/contract.ts";
