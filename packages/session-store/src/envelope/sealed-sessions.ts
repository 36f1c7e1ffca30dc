import type {
  Found,
  SessionRecord,
  SessionStore,
  Unreadable,
  UpdateOutcome,
} from "../store/session-store.ts";
import type { Opened, RecordEnvelope } from "./record-envelope.ts";

/** A store whose records are sealed on the way in and opened on the way out; what cannot be opened is `unreadable` and left as it is. */
export function sealedSessions(store: SessionStore, envelope: RecordEnvelope): SessionStore {
  const open = (id: string, { value, revision }: SessionRecord): Found | Unreadable => {
    const opened = envelope.open(id, value);
    if (opened.outcome === "unreadable") return opened;
    return { outcome: "found", record: { value: opened.text, revision } };
  };
  return {
    async create(id, value) {
      const outcome = await store.create(id, envelope.seal(id, value));
      if (outcome.outcome !== "created") return outcome;
      return { outcome: "created", record: { value, revision: outcome.record.revision } };
    },
    async read(id) {
      const outcome = await store.read(id);
      return outcome.outcome === "found" ? open(id, outcome.record) : outcome;
    },
    async peek(id) {
      const outcome = await store.peek(id);
      return outcome.outcome === "found" ? open(id, outcome.record) : outcome;
    },
    async update(id, change, known) {
      return updateSealed({ store, envelope, id, change, known });
    },
    end: (id) => store.end(id),
    async restoreMissing(id, record) {
      const sealed = { value: envelope.seal(id, record.value), revision: record.revision };
      const outcome = await store.restoreMissing(id, sealed);
      if (outcome.outcome === "restored") {
        return { ...outcome, record: { value: record.value, revision: outcome.record.revision } };
      }
      if (outcome.outcome !== "exists") return outcome;
      const opened = open(id, outcome.record);
      return opened.outcome === "found" ? { ...opened, outcome: "exists" } : opened;
    },
  };
}

interface SealedUpdate {
  readonly store: SessionStore;
  readonly envelope: RecordEnvelope;
  readonly id: string;
  readonly change: (value: string) => string;
  readonly known: SessionRecord | undefined;
}

async function updateSealed(parts: SealedUpdate): Promise<UpdateOutcome> {
  const { store, envelope, id, change, known } = parts;
  let refusal: Unreadable | undefined;
  let last = "";
  const changeSealed = (sealed: string): string => {
    // What is known is in the open already; a mark stands for it, so that it need not be sealed to be opened again.
    const isKnown = known !== undefined && sealed === KNOWN;
    const text = isKnown ? known.value : textOf(envelope.open(id, sealed));
    if (typeof text !== "string") {
      refusal = text;
      return sealed;
    }
    refusal = undefined;
    last = change(text);
    // Sealing twice gives two texts; what did not change must stay the same one, so that it is not written.
    return !isKnown && last === text ? sealed : envelope.seal(id, last);
  };
  const mark = known === undefined ? undefined : { value: KNOWN, revision: known.revision };
  const outcome = await store.update(id, changeSealed, mark);
  if (refusal !== undefined) return refusal;
  if (outcome.outcome !== "updated") return outcome;
  return { outcome: "updated", record: { value: last, revision: outcome.record.revision } };
}

const KNOWN = "\0known";

function textOf(opened: Opened): string | Unreadable {
  return opened.outcome === "opened" ? opened.text : opened;
}
