/** One connection to an MCP server that carries message texts and knows nothing of what they say. */
export type Wire = {
  /** Sends one message; resolves when it was taken, rejects when it was refused without an answer. */
  send: (text: string) => Promise<void>;
  /** Tells the wire what the handshake agreed on; resolves when messages that belong to no request can arrive. */
  established: (protocolVersion: string) => Promise<void>;
  close: () => Promise<void>;
};

/** Opens a wire that hands every message it receives, as text, to `received`. */
export type OpenWire = (received: (text: string) => void) => Promise<Wire>;
