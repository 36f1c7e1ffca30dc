import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import { configOf, http } from "../gateway/config.ts";
import { startGateway } from "../gateway/start.ts";
import { httpWire } from "../wire/http-wire.ts";
import { Peer } from "../wire/peer.ts";
import type { PeerOptions } from "../wire/peer.ts";
import type { OpenWire } from "../wire/wire.ts";
import { Script } from "./script.ts";

/** One server, reachable both ways. */
export type Subject = {
  /** How a client without a gateway reaches it. */
  direct: OpenWire;
  /** How the configuration names it, but for its name. */
  backend: Record<string, unknown>;
  /** Puts back what a run of the script changed. */
  reset?: () => Promise<void>;
  /** More methods that are heard on the way to an answer. */
  heard?: string[];
};

/** The transcripts of one script, which should be equal. */
export type Transcripts = { direct: Script["transcript"]; through: Script["transcript"] };

async function play(
  open: OpenWire,
  prefix: string,
  { subject, client, script }: { subject: Subject; client: () => PeerOptions; script: Play },
): Promise<Script["transcript"]> {
  await subject.reset?.();
  const peer = await Peer.connect(open, client());
  try {
    const played = new Script(peer, prefix, subject.heard);
    await script(played);
    return played.transcript;
  } finally {
    await peer.close();
  }
}

/** What is done with a server. */
export type Play = (script: Script) => Promise<void>;

/** Plays a script with a server directly, then through a gateway that has another server besides. */
export async function compare(
  subject: Subject,
  client: () => PeerOptions,
  script: Play,
): Promise<Transcripts> {
  const parts = { subject, client, script };
  const direct = await play(subject.direct, "", parts);
  const neighbour = await startMisbehaving();
  const gateway = await startGateway({
    config: configOf([http("neighbour", neighbour.url), { name: "subject", ...subject.backend }]),
  });
  try {
    return { direct, through: await play(httpWire(gateway.url), "subject_", parts) };
  } finally {
    await gateway.stop();
    await neighbour.close();
  }
}
