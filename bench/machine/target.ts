/** Something that answers MCP at a URL. Processor time and memory are known when its pid is. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
}
