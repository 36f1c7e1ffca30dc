import { unavailable } from "../unavailable.ts";
import { DEFAULT_MAX_BYTES, refuseTooLarge, requireMaxBytes, requireName } from "./envelope.ts";
import { Listeners } from "./listeners.ts";
import type { BusMessage, Sending, SessionBus } from "./session-bus.ts";

/** How a network in memory is made. */
export interface MemoryBusOptions {
  /** Largest message, topic included; default 1 MiB. */
  readonly maxBytes?: number;
}

/** Where buses of one operating system process meet; in production each has a network to itself. */
export interface MemoryBusNetwork {
  /** Adds a bus under an id that nobody else has. */
  join(processId: string): SessionBus;
  /** Loses messages sent from now on, until `connect`. */
  disconnect(): void;
  /** Messages arrive again; every listener is told of the gap. */
  connect(): void;
}

/** Makes a network without anybody in it. */
export function memoryBusNetwork(options: MemoryBusOptions = {}): MemoryBusNetwork {
  const maxBytes = requireMaxBytes(options.maxBytes ?? DEFAULT_MAX_BYTES);
  const members = new Map<string, Listeners>();
  let isConnected = true;
  const deliver = (processId: string, message: BusMessage) => {
    // In a turn of its own, as from another process: a listener neither holds up the sender nor fails it.
    if (isConnected) queueMicrotask(() => members.get(processId)?.tell(message));
  };
  return {
    join(processId) {
      requireName("processId", processId);
      members.set(processId, new Listeners());
      return memberOf({ members, processId, maxBytes, deliver });
    },
    disconnect() {
      isConnected = false;
    },
    connect() {
      isConnected = true;
      for (const listeners of members.values()) listeners.tellGap();
    },
  };
}

interface Membership {
  readonly members: Map<string, Listeners>;
  readonly processId: string;
  readonly maxBytes: number;
  readonly deliver: (processId: string, message: BusMessage) => void;
}

function memberOf({ members, processId, maxBytes, deliver }: Membership): SessionBus {
  const send = (to: Iterable<string>, message: BusMessage): Sending => {
    requireName("topic", message.topic);
    const refusal = refuseTooLarge(message.topic, message.text, maxBytes);
    if (refusal !== undefined) return refusal;
    if (!members.has(processId)) return unavailable("store-away", 1000);
    for (const other of to) if (other !== processId) deliver(other, message);
    return { outcome: "sent" };
  };
  return {
    processId,
    async broadcast(topic, text) {
      return send([...members.keys()], { from: processId, topic, text, direct: false });
    },
    async sendTo(other, topic, text) {
      requireName("processId", other);
      return send([other], { from: processId, topic, text, direct: true });
    },
    listen(topic, listener) {
      requireName("topic", topic);
      return members.get(processId)?.add(topic, listener) ?? (() => undefined);
    },
    close() {
      members.get(processId)?.clear();
      members.delete(processId);
    },
  };
}
