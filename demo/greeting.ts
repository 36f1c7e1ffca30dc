import { LIMIT } from "./config.ts";
import type { Look } from "./look.ts";

const JSON_TYPE = "content-type:application/json";

/** Where things are. */
export type Places = {
  readonly url: string;
  readonly configFile: string;
  /** The port that was wanted, where it could not be had. */
  readonly taken: number | undefined;
};

/** The first lines of the demo: what runs where. */
export function headLines({ url, configFile, taken }: Places, { paint }: Look): string[] {
  const moved = taken === undefined ? [] : [`  port ${taken} is taken, so it is the next free one`];
  return [
    paint("bold", "Headgate: four MCP servers behind one endpoint"),
    `  endpoint  ${paint("cyan", url)}`,
    ...moved.map((line) => paint("yellow", line)),
    `  config    ${configFile}`,
  ];
}

/** How to connect clients to a gateway, as lines to read and to copy from. */
export function connectLines(url: string, { paint }: Look): string[] {
  const heading = (text: string) => `  ${paint("bold", text)}`;
  const ide = { mcpServers: { headgate: { type: "http", url } } };
  const begin = jsonRpc(1, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "curl", version: "1" },
  });
  const call = jsonRpc(2, "tools/call", { name: LIMIT.tool, arguments: { message: "hello" } });
  return [
    "",
    `${paint("bold", "Your turn:")} ${paint("cyan", url)} stays up until you press Ctrl-C.`,
    "",
    heading("Inspector"),
    `  npx @modelcontextprotocol/inspector --cli ${url} --method tools/call --tool-name ${LIMIT.tool} --tool-arg message=hello`,
    "",
    heading("IDE, in its mcpServers JSON"),
    `  ${JSON.stringify(ide)}`,
    "",
    heading("curl"),
    `  SESSION=$(curl -si ${url} -H ${JSON_TYPE} -d '${begin}' | tr -d '\\r' | sed -n 's/^mcp-session-id: //p')`,
    `  curl -s ${url} -H "mcp-session-id: $SESSION" -H ${JSON_TYPE} -d '${call}'`,
    "",
    "  More clients: docs/guides/connect-a-client.md",
    "",
    paint("bold", "Live calls"),
  ];
}

function jsonRpc(id: number, method: string, params: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}
