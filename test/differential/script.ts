import { NumberText, at, mapTree } from "../wire/json-tree.ts";
import type { Tree, TreeObject } from "../wire/json-tree.ts";
import type { Peer } from "../wire/peer.ts";

/** What was said in one step: the messages of the server that belong to it, in order, and its answer. */
type Step = { step: string; heard: Tree[]; answer: Tree };

// These come on the way to the answer, so their place in the order is fixed; all else is heard when it is waited for.
const BEFORE_ANSWER = new Set([
  "notifications/progress",
  "sampling/createMessage",
  "elicitation/create",
]);

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;
const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g;
const DATE_TEXT = /[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4} \([^)]*\)/g;

/** Removes what differs between any two runs: JSON-RPC ids, random ids and times. */
function settled(message: TreeObject): Tree {
  const { id: _id, ...rest } = message;
  const text = (value: string) =>
    value.replace(UUID, "(uuid)").replace(ISO_TIME, "(time)").replace(DATE_TEXT, "(time)");
  const params = at(rest, "params", "requestId") === undefined ? {} : { params: "(request id)" };
  return mapTree({ ...rest, ...params }, { text });
}

/** Plays a script with one server, reached directly or through a gateway, and writes down what was said. */
export class Script {
  readonly transcript: Step[] = [];
  readonly peer: Peer;
  /** What stands before the server's tool and prompt names here. */
  readonly prefix: string;
  /** More methods whose messages come on the way to the answer. */
  readonly #heard: Set<string>;

  constructor(peer: Peer, prefix: string, alsoHeard: string[] = []) {
    this.peer = peer;
    this.prefix = prefix;
    this.#heard = new Set([...BEFORE_ANSWER, ...alsoHeard]);
  }

  /** Sends a request and writes down its answer, and what was heard before; `params` may be JSON text. */
  async ask(step: string, method: string, params: object | string = {}): Promise<TreeObject> {
    const before = this.peer.heard.length;
    const answer = await this.peer.request(method, params);
    const heard = this.peer.heard
      .slice(before)
      .filter((message) => this.#heard.has(textOf(message["method"])));
    this.transcript.push({ step, heard: heard.map(settled), answer: settled(answer) });
    return answer;
  }

  /** Calls a tool by its own name; `more` goes beside `arguments`. */
  call(name: string, args: object = {}, more: object = {}): Promise<TreeObject> {
    const params = { ...more, name: `${this.prefix}${name}`, arguments: args };
    return this.ask(`call ${name} ${JSON.stringify(args)}`, "tools/call", params);
  }

  /** Calls a tool with params in JSON text, in which `$name` stands for its name. */
  callRaw(name: string, params: string): Promise<TreeObject> {
    const text = params.replace("$name", `${this.prefix}${name}`);
    return this.ask(`call ${name} ${params}`, "tools/call", text);
  }

  prompt(name: string, args: object = {}): Promise<TreeObject> {
    const params = { name: `${this.prefix}${name}`, arguments: args };
    return this.ask(`prompt ${name} ${JSON.stringify(args)}`, "prompts/get", params);
  }

  read(uri: string): Promise<TreeObject> {
    return this.ask(`read ${uri}`, "resources/read", { uri });
  }

  /** Waits for a message that belongs to no request, and writes it down. */
  async hear(method: string): Promise<void> {
    const message = await this.peer.next(method);
    this.transcript.push({ step: `hear ${method}`, heard: [settled(message)], answer: null });
  }

  /** All pages of a list; of tools and prompts those of this server, under their own names. */
  async list(method: string, member: string): Promise<Tree[]> {
    const items: Tree[] = [];
    let cursor: Tree | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      const answer = await this.peer.request(method, params);
      // A server without such a list says so; a gateway, which may have it from others, lists none of it.
      const none = at(answer, "error", "message") === "Method not found";
      const page = none ? [] : at(answer, "result", member);
      if (!Array.isArray(page)) throw new Error(`${method} gave no ${member}: ${show(answer)}`);
      items.push(...page.flatMap((item) => this.#own(item)));
      cursor = at(answer, "result", "nextCursor");
    } while (cursor !== undefined);
    this.transcript.push({ step: method, heard: [], answer: items });
    return items;
  }

  /** Writes down all four lists. */
  async lists(): Promise<void> {
    await this.list("tools/list", "tools");
    await this.list("prompts/list", "prompts");
    await this.list("resources/list", "resources");
    await this.list("resources/templates/list", "resourceTemplates");
  }

  /** Waits until the server lists a tool, which some do only when they know their client. */
  async untilListed(name: string): Promise<void> {
    for (;;) {
      const answer = await this.peer.request("tools/list");
      const tools = at(answer, "result", "tools");
      const names = Array.isArray(tools) ? tools.map((tool) => at(tool, "name")) : [];
      if (names.includes(`${this.prefix}${name}`)) return;
      await this.peer.next("notifications/tools/list_changed");
    }
  }

  #own(item: Tree): Tree[] {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return [item];
    if (item instanceof NumberText || "uri" in item || "uriTemplate" in item) return [item];
    const name = textOf(item["name"]);
    if (!name.startsWith(this.prefix)) return [];
    return [{ ...item, name: name.slice(this.prefix.length) }];
  }
}

function textOf(tree: Tree | undefined): string {
  return typeof tree === "string" ? tree : "";
}

function show(tree: Tree): string {
  return JSON.stringify(tree).slice(0, 300);
}
